// The built program, started wrongly: sentences on stderr, nothing on stdout, and the exit code for scripts.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'nightjar-start-'))
afterAll(() => rmSync(folder, { recursive: true }))

const start = (...args: string[]): { code: number | null; out: string; err: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/main.js', ...args], {
    encoding: 'utf8',
    timeout: 30_000,
  })
  return { code: status, out: stdout, err: stderr }
}

const serve = (text: string): ReturnType<typeof start> => {
  writeFileSync(join(folder, 'nightjar.yaml'), text)
  return start('serve', '--config', join(folder, 'nightjar.yaml'), '--json')
}

describe('nightjar, started wrongly', () => {
  it.each([
    ['cameras: [', 'nightjar: line 1, column 11: '],
    [
      'cameras: [{id: porch, source: {kind: rtsp}}]',
      'nightjar: cameras[0].source.url: is missing: it must be an address',
    ],
    ['cameras: [{id: A}]\nhtpp: {}', 'nightjar: several things are wrong:\n  cameras[0].id: must be'],
  ])('with the configuration %j ends with 2', (text, begin) => {
    const { code, out, err } = serve(text)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err.slice(0, begin.length)).toBe(begin)
  })

  it('with an unknown command ends with 2', () => {
    expect(start('servee')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Did you mean serve?') })
  })

  it('with a port that another program has ends with 1 and names it', async () => {
    const other = createServer().listen(0, '0.0.0.0')
    await new Promise((resolve) => other.once('listening', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const { code, out, err } = start(
      'demo',
      '--json',
      '--http-port',
      String(port),
      '--rtsp-port',
      '0',
      '--mqtt-port',
      '0',
    )
    other.close()
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain(`nightjar: http: can't listen on 0.0.0.0:${port}`)
  })
})
