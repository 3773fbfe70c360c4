// `grab` and `watch` as a person runs them, at a real HTTP door that shows what the test gives it.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type HttpServer, startHttp } from '../../src/adapters/http/server.js'
import { type FramesDeps, grabCommand, watchCommand } from '../../src/cli/frames.js'
import { draftPart, finishPart } from '../../src/media/mjpeg-part.js'
import { createHttpHouse, type HttpHouse } from '../support/http-house.js'

let house: HttpHouse
let http: HttpServer
let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nightjar-frames-'))
  house = await createHttpHouse()
  http = await startHttp(house.deps)
})
afterAll(async () => {
  await http[Symbol.asyncDispose]()
  await house[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const AT = Date.UTC(2026, 10, 20, 12, 0, 0, 123)
const light = { mode: 'night', dark: 42, cause: 'measured', since: 0 } as const
/** Pictures as long as their number is high, so that heads fall everywhere in the chunks. */
const part = (id: number) => {
  const draft = draftPart(id * 1000)
  draft.picture.fill(id)
  return finishPart(draft, id, AT + id * 40, light)
}

interface Outcome {
  readonly out: readonly string[]
  readonly error: unknown
}

const run = async (
  make: (deps: FramesDeps) => Command,
  args: readonly string[],
  env: NodeJS.ProcessEnv = { NIGHTJAR_PASSWORD: 'vera-password' },
  pictures = 30,
  arrived: (out: readonly string[]) => number = (out) => out.length,
): Promise<Outcome> => {
  const out: string[] = []
  const stop = new AbortController()
  const deps = { stop: stop.signal, env, out: (line: string) => void out.push(line), note: () => {} }
  const command = make({ ...deps, ask: async () => null, unread: () => new AbortController().signal })
  const shown = (async () => {
    while (house.streams.viewers('porch').mjpeg === 0 && !stop.signal.aborted)
      await new Promise((resolve) => setTimeout(resolve, 5))
    for (let id = 1; id <= pictures; id++) house.streams.picture(part(id))
    // What was sent is on its way.
    await vi.waitUntil(() => stop.signal.aborted || arrived(out) >= pictures, { timeout: 10_000 })
    stop.abort()
  })()
  const error = await command
    .exitOverride()
    .parseAsync(['--url', `http://127.0.0.1:${http.port}`, ...args], { from: 'user' })
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  stop.abort()
  await shown
  await vi.waitUntil(() => house.streams.viewers('porch').mjpeg === 0)
  return { out, error }
}

describe('watch', () => {
  it('prints a line for each picture', async () => {
    const { out, error } = await run(watchCommand, ['--user', 'vera'])
    expect(error).toBeUndefined()
    expect(out).toHaveLength(30)
    expect(out[0]).toBe('frame 1  2026-11-20T12:00:00.163Z  dark 42  night  1000 bytes')
    expect(out[29]).toBe('frame 30  2026-11-20T12:00:01.323Z  dark 42  night  30000 bytes')
  })

  it('prints JSON, and asks for the camera and the marks that were meant', async () => {
    const { out } = await run(
      watchCommand,
      ['--user', 'vera', '--json', '--camera', 'porch', '--annotated'],
      undefined,
      1,
    )
    expect(JSON.parse(out[0] ?? '')).toEqual({ frame: 1, at: (AT + 40) / 1000, dark: 42, night: true, bytes: 1000 })
  })

  it.each([
    [[], {}, 'unauthorized', 'add --user'],
    [['--user', 'vera'], { NIGHTJAR_PASSWORD: 'wrong' }, 'unauthorized', 'add --user'],
    [['--user', 'vera'], {}, 'invalid', 'set NIGHTJAR_PASSWORD'],
    [['--user', 'vera', '--camera', 'attic'], undefined, 'unavailable', 'there is no camera "attic"'],
    [['--url', 'http://127.0.0.1:1'], {}, 'unavailable', 'no Nightjar answers at http://127.0.0.1:1'],
  ] as const)('%j says what is wrong', async (args, env, code, sentence) => {
    const { error } = await run(watchCommand, args, env, 0)
    expect(error).toMatchObject({ code, message: expect.stringContaining(sentence) })
  })
})

describe('grab', () => {
  it('saves the pictures, what is known of each in its name', async () => {
    const dir = join(folder, 'new', 'frames')
    const saved = (): number => (existsSync(dir) ? readdirSync(dir).length : 0)
    const { out, error } = await run(
      grabCommand,
      ['--user', 'vera', '--seconds', '60', '--dir', dir],
      undefined,
      3,
      saved,
    )
    expect(error).toBeUndefined()
    expect(out).toEqual([`3 pictures in ${dir}`])
    expect(readdirSync(dir).sort()).toEqual([
      'frame-000001_2026-11-20T12-00-00.163Z_dark042_night.jpg',
      'frame-000002_2026-11-20T12-00-00.203Z_dark042_night.jpg',
      'frame-000003_2026-11-20T12-00-00.243Z_dark042_night.jpg',
    ])
    const last = readFileSync(join(dir, 'frame-000003_2026-11-20T12-00-00.243Z_dark042_night.jpg'))
    expect(last.equals(Buffer.alloc(3000, 3))).toBe(true)
  })

  it('ends after its seconds, and says when nothing came', async () => {
    const { error } = await run(
      grabCommand,
      ['--user', 'vera', '--seconds', '0.3', '--dir', folder],
      undefined,
      0,
      () => -1,
    )
    expect(error).toMatchObject({ code: 'unavailable', message: 'no picture came in that time' })
  })

  it('says when it can not write', async () => {
    const { error } = await run(grabCommand, ['--user', 'vera', '--seconds', '1', '--dir', '/dev/null/frames'])
    expect(error).toMatchObject({ code: 'storage' })
  })
})
