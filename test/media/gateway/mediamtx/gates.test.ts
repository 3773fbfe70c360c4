// Which of MediaMTX's paths are open: a guarded one only for the very publisher that was proven.
import { describe, expect, test } from 'vitest'
import { createGates, type Gates } from '../../../../src/media/gateway/mediamtx/gates.js'
import type { MediamtxPath } from '../../../../src/media/gateway/mediamtx-api.js'

const published = (name: string, id: string | null): MediamtxPath => ({
  ...{ name, available: id !== null, source: id === null ? null : { type: 'rtspSession', id } },
  ...{ readers: [], inboundBytes: 0, outboundBytes: 0, inboundFramesInError: 0 },
})
const guarded = (guard = 'mask') => [{ name: 'porch', feed: 'publish', guard }] as const
const rightsOf = (gates: Gates, name = 'porch') => {
  const { readers, publish } = gates.rights().find((right) => right.name === name) ?? {}
  return `${readers} read, we ${publish ? 'publish' : "don't"}`
}
const opened = (): Gates => {
  const gates = createGates()
  gates.set(guarded())
  gates.lock('porch', 'mask', 'one')
  gates.decide('porch', 'one')
  return gates
}

describe('a path', () => {
  test('without a guard is free; one that is pulled is published by nobody', () => {
    const gates = createGates()
    gates.set([
      { name: 'porch', feed: 'publish' },
      { name: 'yard', feed: 'pull', url: 'rtsp://cam/1', transport: 'tcp' },
      { name: 'in', feed: 'inlet', publisher: { name: 'drone', password: 'secret' } },
    ])
    expect(rightsOf(gates)).toBe('all read, we publish')
    expect(rightsOf(gates, 'yard')).toBe("all read, we don't")
    expect(rightsOf(gates, 'in')).toBe("house read, we don't")
    expect(gates.lock('porch', 'mask', 'one')).toBe(false)
  })

  test('with a guard is closed, locked while it is looked at, and then open for readers only', () => {
    const gates = createGates()
    gates.set(guarded())
    expect(rightsOf(gates)).toBe('none read, we publish')
    expect(gates.lock('porch', 'another', 'one')).toBe(false)
    expect(gates.lock('porch', 'mask', 'one')).toBe(true)
    expect(rightsOf(gates)).toBe("none read, we don't")
    expect(gates.lock('porch', 'mask', 'one')).toBe(false)
    expect(gates.decide('porch', 'one')).toBe(true)
    expect(rightsOf(gates)).toBe("all read, we don't")
  })

  test.each([
    ['somebody else publishes by then', 'one', 'two'],
    ['nobody publishes any more', 'one', undefined],
    ['it was not known who published', undefined, 'one'],
    ['it is not known at all', undefined, undefined],
  ])('is not opened when %s', (_why, proven, now) => {
    const gates = createGates()
    gates.set(guarded())
    gates.lock('porch', 'mask', proven)
    expect(gates.decide('porch', now)).toBe(false)
    expect(rightsOf(gates)).toBe('none read, we publish')
  })

  test.each([
    ['is gone', [published('porch', null)]],
    ['has a successor', [published('porch', 'two')]],
    ['is gone with its path', []],
  ])('is closed when its publisher %s', (_how, paths) => {
    const gates = opened()
    gates.look([published('porch', 'one')])
    expect(gates.isOpen('porch')).toBe(true)
    gates.look(paths)
    expect(rightsOf(gates)).toBe('none read, we publish')
  })

  test.each([
    ['another guard', guarded('other')],
    ['no guard', [{ name: 'porch', feed: 'publish' }] as const],
    ['another source', [{ name: 'porch', feed: 'pull', url: 'rtsp://cam/1', transport: 'tcp' }] as const],
  ])('with %s is shut for everybody until it is released', (_what, specs) => {
    const gates = opened()
    gates.set(specs)
    expect(gates.shut()).toEqual(['porch'])
    expect(rightsOf(gates)).toBe("none read, we don't")
    expect(gates.decide('porch', 'one')).toBe(false)
    gates.release(['porch'])
    expect(gates.shut()).toEqual([])
    expect(rightsOf(gates)).not.toBe("none read, we don't")
  })

  test('that stays as it was stays open', () => {
    const gates = opened()
    gates.set([...guarded(), { name: 'yard', feed: 'publish' }])
    expect(gates.isOpen('porch')).toBe(true)
  })

  test('that was about to be opened when MediaMTX went out of sight begins anew; an open one stays open', () => {
    const gates = createGates()
    gates.set(guarded())
    gates.lock('porch', 'mask', 'one')
    gates.recover()
    expect(gates.shut()).toEqual(['porch'])
    gates.release(['porch'])
    expect(rightsOf(gates)).toBe('none read, we publish')
    const open = opened()
    open.recover()
    expect(open.isOpen('porch')).toBe(true)
  })
})
