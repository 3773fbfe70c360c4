import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import sharp from 'sharp'
import { afterAll, expect, test } from 'vitest'
import type { MjpegPart, MjpegVariant } from '../../src/camera/ports.js'
import type { CameraState } from '../../src/camera/state.js'
import { until } from '../support/nightjar.js'
import { ffmpegs, makeCrossing, type PipelineHouse, startPipelineHouse } from '../support/pipeline-house.js'

const folder = mkdtempSync(join(tmpdir(), 'processor-stream-'))
const path = join(folder, 'mine.mjs')
const programs = resolve('test/support/programs/processors')
const use = (name: string): void => copyFileSync(join(programs, name), path)
afterAll(() => rmSync(folder, { recursive: true }))

const start = async (always: boolean): Promise<PipelineHouse> => {
  const film = join(folder, 'film.mp4')
  await makeCrossing(film)
  const processor = { path, always, width: 480, fps: 10, limit_ms: 2000 }
  return startPipelineHouse({ kind: 'file', path: film, loop: true, realtime: true } as never, undefined, processor)
}
const watch = (house: PipelineHouse, variant: MjpegVariant): Disposable & { readonly parts: MjpegPart[] } => {
  const parts: MjpegPart[] = []
  const watching = house.pipelines.streams.mjpeg('porch', variant, (part) => parts.push(part))
  return { parts, [Symbol.dispose]: () => watching[Symbol.dispose]() }
}
const annotated = { annotated: true, size: 'full' } as const
/** The middle of the newest picture, and its width. */
const look = async (parts: readonly MjpegPart[]): Promise<{ width: number; red: boolean }> => {
  const { bytes } = parts.at(-1) as MjpegPart
  const jpeg = sharp(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4, -2))
  const { width = 0 } = await jpeg.metadata()
  const [red = 0, green = 255, blue = 255] = await jpeg
    .extract({ left: 200, top: 130, width: 1, height: 1 })
    .raw()
    .toBuffer()
  return { width, red: red > 230 && green < 30 && blue < 30 }
}
const stateOf = ({ cameras }: PipelineHouse): NonNullable<CameraState['processor']> => {
  const { processor } = cameras.state('porch')
  if (!processor) throw new Error('there is no processor')
  return processor
}

test('the annotated stream shows what the module made, the clean one does not; a mistake shows the picture as it was', async () => {
  use('fills.mjs')
  await using house = await start(false)
  await until('the module', () => stateOf(house).status === 'working')
  // Nobody watches: it has no pictures.
  expect(stateOf(house)).toEqual({ name: 'mine.mjs', status: 'working', problem: null, facts: {} })
  expect(await ffmpegs('rgb24')).toHaveLength(0)
  using full = watch(house, annotated)
  using small = watch(house, { annotated: true, size: 'small' })
  using clean = watch(house, { annotated: false, size: 'full' })
  await until('pictures', () => [full, small, clean].every(({ parts }) => parts.length > 10))
  expect(await look(full.parts)).toEqual({ width: 480, red: true })
  expect(await look(small.parts)).toEqual({ width: 480, red: true })
  expect(await look(clean.parts)).toEqual({ width: 640, red: false })
  // One run for both: each picture is numbered once, and came ten times a second at most.
  expect(await ffmpegs('rgb24')).toHaveLength(1)
  const times = full.parts
    .slice(-8)
    .map(({ bytes }) => Number(/X-Timestamp: (\S+)/.exec(bytes.toString('latin1', 0, 300))?.[1]))
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(0.5)
  await until('facts', () => Number(stateOf(house).facts.pictures) > 10)

  use('throws.mjs')
  await until('the problem', () => stateOf(house).status === 'broken')
  expect(stateOf(house)).toMatchObject({ problem: expect.stringMatching(/^mine\.mjs:5: TypeError/), facts: {} })
  expect(house.cameras.state('porch')).toMatchObject({
    health: { processor: { status: 'broken' } },
    link: { status: 'online', problem: null },
  })
  const seen = full.parts.length
  await until('more pictures', () => full.parts.length > seen + 5)
  expect(await look(full.parts)).toEqual({ width: 480, red: false })
  use('fills.mjs')
  await until('it again', async () => (await look(full.parts)).red, 30_000)
  await until('facts', () => stateOf(house).facts.pictures)

  full[Symbol.dispose]()
  small[Symbol.dispose]()
  await until('the end of its pictures', async () => (await ffmpegs('rgb24')).length === 0)
  await until('no facts', () => Object.keys(stateOf(house).facts).length === 0)
})

test('always: it works while nobody watches, from when the camera is there, and leaves nothing', async () => {
  use('fills.mjs')
  const house = await start(true)
  await until('pictures', () => Number(stateOf(house).facts.pictures) > 5)
  expect(house.pipelines.streams.viewers('porch').mjpeg).toBe(0)
  await house[Symbol.asyncDispose]()
  expect(await ffmpegs('')).toEqual([])
})
