// What each source really sends: ffmpeg is run as planned, into a file instead of a gateway.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { planSource, type SourceConfig } from '../../src/sources/index.js'
import type { TestPatternConfig } from '../../src/sources/test-pattern.js'
import { createMotionEye } from '../../src/vision/motion.js'

const run = promisify(execFile)
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-sources-'))
})
afterAll(() => rm(folder, { recursive: true }))

const IMAGE = { brightness: 0, contrast: 0, saturation: 0, sharpness: 0 }
const given = { publishUrl: () => 'OUT', inletUrl: '', night: false, mask: null, image: IMAGE, rpi: false }
const size = { width: 320, height: 180, fps: 25 }
const garden: TestPatternConfig = { kind: 'test-pattern', ...size, walk_every_s: 30, walk_s: 8, day_s: 40 }

/** Runs the source's plan for so many seconds of video, as fast as it goes; resolves to its standard output. */
const film = async (source: SourceConfig, seconds: number, path: string): Promise<string> => {
  const { main } = planSource(source, given)
  if (main.feed !== 'child') throw new Error('not published')
  const args = main.child.args.filter((word) => word !== '-re')
  const at = args.lastIndexOf('rtsp', args.indexOf('OUT')) - 1
  const rest = args.slice(args.indexOf('OUT') + 1)
  const length = ['-t', String(seconds)]
  const tail = rest.length > 0 ? [...rest.slice(0, -3), ...length, ...rest.slice(-3)] : []
  const { stdout, stderr } = await run(main.child.command, [...args.slice(0, at), ...length, '-y', path, ...tail])
  expect(stderr).toBe('')
  return stdout
}

interface Packet {
  readonly pts_time: string
  readonly dts_time: string
  readonly flags: string
}

const packets = async (path: string): Promise<readonly Packet[]> => {
  const entries = ['-select_streams', 'v', '-show_entries', 'packet=pts_time,dts_time,flags', '-of', 'json']
  const { stdout } = await run('ffprobe', ['-v', 'error', ...entries, path])
  return JSON.parse(stdout).packets
}

const expectWellCoded = (all: readonly Packet[]): void => {
  const keys = all.filter(({ flags }) => flags.startsWith('K')).map(({ pts_time }) => Number(pts_time))
  keys.forEach((pts, at) => {
    expect(pts).toBeCloseTo(at, 1)
  })
  expect(keys.length).toBe(Math.ceil(all.length / 25))
  // No picture waits for a later one.
  for (const { pts_time, dts_time } of all) expect(pts_time).toBe(dts_time)
}

test('the test pattern: a key frame each second, no B-frames, a walk at 10 s that is motion, a night', async () => {
  const path = join(folder, 'garden.mp4')
  await film(garden, 22, path)
  expectWellCoded(await packets(path))

  const raw = ['-vf', 'fps=10', '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-']
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', path, ...raw], {
    encoding: 'buffer',
    maxBuffer: 1 << 28,
  })
  const bytes = 320 * 180 * 1.5
  const eye = createMotionEye()
  // As many in a row as make a motion: in two films of twelve three pictures moved, most likely by the clock in them.
  const moving: number[] = []
  let row = 0
  for (let at = 0; at < stdout.length / bytes; at++) {
    const data = stdout.subarray(at * bytes, (at + 1) * bytes)
    const { level, veto } = eye.look({ data, width: 320, height: 180, mono: at * 100, pts: at / 10 })
    row = level >= 5 && veto === undefined ? row + 1 : 0
    if (row >= 5) moving.push(at / 10)
  }
  expect(moving[0]).toBeGreaterThanOrEqual(10)
  expect(moving[0]).toBeLessThan(11)
  expect(moving.at(-1)).toBeGreaterThan(17)
  expect(moving.at(-1)).toBeLessThan(18.5)

  const mean = (second: number): number => {
    const picture = stdout.subarray(second * 10 * bytes, second * 10 * bytes + 320 * 180)
    return picture.reduce((sum, luma) => sum + luma, 0) / picture.length
  }
  // Bright enough for day (dark score below 170) and dark enough for night (above 200).
  expect(mean(0)).toBeGreaterThan(90)
  expect(mean(20)).toBeLessThan(58)
})

test('a file: its packets as they are, and a line for each, where the first comes again at the seam', async () => {
  const path = join(folder, 'short.mp4')
  await film({ ...garden, walk_every_s: 10 }, 2, path)
  const twice = join(folder, 'twice.mp4')
  const lines = await film({ kind: 'file', path, loop: true, transcode: false }, 3.9, twice)
  const all = lines.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const sizes = all.map((line) => line.split(',').slice(4, 6).join())
  expect(sizes.indexOf(sizes[0] ?? '', 1)).toBe(50)
  expect(sizes.slice(50)).toEqual(sizes.slice(0, sizes.length - 50))
  expect((await packets(twice)).length).toBeGreaterThan(95)
})

test('a file of another codec is encoded', async () => {
  const path = join(folder, 'old.avi')
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=321x181:r=10:d=3', '-c:v', 'mjpeg', path])
  const coded = join(folder, 'coded.mp4')
  await film({ kind: 'file', path, loop: false, transcode: true }, 3, coded)
  expectWellCoded(await packets(coded))
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_name,width,height', coded])
  expect(stdout).toContain('codec_name=h264\nwidth=320\nheight=180')
})
