// Films whose pictures say their number, as the ring is given them, and what a finished file really holds.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { RingItem } from '../../src/media/ring.js'
import { cutFilm, encode, numbered, numberOf } from './streams.js'

const run = promisify(execFile)

export interface FilmRequest {
  /** At 25 pictures a second, with a key frame each second. */
  readonly seconds: number
  readonly audio?: boolean
  readonly width?: number
  readonly epoch?: number
  /** Where the stream's own clock begins, seconds. */
  readonly pts?: number
}

/** Its first picture, number 0, was seen at `mono`. */
export const makeFilm = async (
  mono: number,
  { seconds, audio = false, width = 320, epoch = 1, pts = 4711.25 }: FilmRequest,
): Promise<RingItem[]> => {
  const sound = audio ? ['-f', 'lavfi', '-i', 'sine=440'] : []
  const args = [...sound, ...numbered(width, (width / 16) * 9), ...encode(25), '-c:a', 'aac']
  const times = ['-t', `${seconds}`, '-output_ts_offset', `${pts}`, '-avoid_negative_ts', 'disabled']
  const items = await cutFilm([...args, ...times], mono)
  // Sound begins a little earlier.
  const early = mono - (items.find(({ fragment }) => fragment.track === 'video')?.fragment.mono ?? mono)
  return items.map(({ init, fragment }) => ({
    init: { ...init, epoch },
    fragment: { ...fragment, epoch, mono: fragment.mono + early },
  }))
}

export interface Report {
  /** What ffmpeg says when it reads all of the file. */
  readonly complaints: string
  readonly start: number
  readonly duration: number
  /** The pictures, by the numbers they say. */
  readonly pictures: readonly number[]
  readonly tracks: readonly { readonly kind: string; readonly start: number; readonly duration: number }[]
}

interface Probed {
  readonly streams: readonly Readonly<Record<'codec_type' | 'start_time' | 'duration', string>>[]
  readonly format: { readonly start_time: string; readonly duration: string }
}

const SCALED = { width: 160, height: 90 }

/** Decodes all of it. */
export const inspect = async (path: string): Promise<Report> => {
  const entries = 'format=start_time,duration:stream=codec_type,start_time,duration'
  const probe = await run('ffprobe', ['-v', 'error', '-show_entries', entries, '-of', 'json', path])
  const whole = await run('ffmpeg', ['-nostdin', '-v', 'error', '-i', path, '-f', 'null', '-'])
  const { width, height } = SCALED
  const raw = ['-vf', `scale=${width}:${height}:flags=neighbor`, '-pix_fmt', 'gray', '-f', 'rawvideo', '-']
  const { stdout } = await run('ffmpeg', ['-nostdin', '-v', 'error', '-i', path, '-fps_mode', 'passthrough', ...raw], {
    encoding: 'buffer',
    maxBuffer: 1 << 28,
  })
  const { streams, format } = JSON.parse(probe.stdout) as Probed
  return {
    complaints: probe.stderr + whole.stderr,
    start: Number(format.start_time),
    duration: Number(format.duration),
    pictures: Array.from({ length: stdout.length / (width * height) }, (_, n) =>
      numberOf(stdout.subarray(n * width * height, (n + 1) * width * height), width, height),
    ),
    tracks: streams.map((stream) => ({
      kind: stream.codec_type,
      start: Number(stream.start_time),
      duration: Number(stream.duration),
    })),
  }
}

/** `from` up to, not including, `to`. */
export const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n)
