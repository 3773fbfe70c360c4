// Real fragments for tests: ffmpeg makes a stream as the tap's ffmpeg does, and it is cut as the tap cuts it.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createFragmentCutter } from '../../src/media/fragments.js'
import type { InitSegment, RingItem } from '../../src/media/ring.js'

const run = promisify(execFile)

export interface StreamRequest {
  readonly seconds: number
  /** Frames from key frame to key frame, at 25 a second. */
  readonly gop?: number
  readonly audio?: boolean
  readonly size?: string
  readonly epoch?: number
  /** Where the stream's own clock begins, seconds. */
  readonly pts?: number
}

/** The stream, as the ring is given it; its first frame was seen at `mono`. */
export const makeStream = async (
  mono: number,
  { seconds, gop = 25, audio = false, size = '320x180', epoch = 1, pts = 4711.25 }: StreamRequest,
): Promise<RingItem[]> => {
  const sound = audio ? ['-f', 'lavfi', '-i', 'sine=440'] : []
  const encode = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-bf',
    '0',
    '-g',
    `${gop}`,
    '-pix_fmt',
    'yuv420p',
    '-c:a',
    'aac',
  ]
  const cut = [
    '-movflags',
    '+frag_every_frame+empty_moov+default_base_moof+frag_discont',
    '-avoid_negative_ts',
    'disabled',
  ]
  const source = ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=25`, ...sound, '-t', `${seconds}`]
  const { stdout } = await run(
    'ffmpeg',
    ['-nostdin', '-v', 'error', ...source, ...encode, '-output_ts_offset', `${pts}`, ...cut, '-f', 'mp4', '-'],
    { encoding: 'buffer', maxBuffer: 1 << 28 },
  )
  const items: RingItem[] = []
  let init: InitSegment | undefined
  let firstPts: number | undefined
  const cutter = createFragmentCutter({
    nextEpoch: () => epoch,
    onInit: (found) => {
      init = found
    },
    onFragment: (fragment) => {
      if (!init) throw new Error('a fragment came before its init segment')
      if (fragment.track === 'video') firstPts ??= fragment.pts
      items.push({ init, fragment: { ...fragment, mono: mono + (fragment.pts - (firstPts ?? pts)) * 1000 } })
    },
  })
  cutter.write(stdout)
  return items
}

/** What ffprobe says of a file, and what ffmpeg complains about when it decodes all of it. */
export const inspectVideo = async (path: string): Promise<VideoReport> => {
  const entries = 'format=start_time,duration:stream=codec_type,start_time,duration,nb_frames'
  const probe = await run('ffprobe', ['-v', 'error', '-show_entries', entries, '-of', 'json', path])
  const decode = await run('ffmpeg', ['-nostdin', '-v', 'error', '-i', path, '-f', 'null', '-'])
  const { streams, format } = JSON.parse(probe.stdout) as Probed
  return {
    complaints: probe.stderr + decode.stderr,
    start: Number(format.start_time),
    duration: Number(format.duration),
    frames: Number(streams.find((stream) => stream.codec_type === 'video')?.nb_frames),
    tracks: streams.map((stream) => ({
      kind: stream.codec_type,
      start: Number(stream.start_time),
      duration: Number(stream.duration),
    })),
  }
}

export interface VideoReport {
  readonly complaints: string
  readonly start: number
  readonly duration: number
  readonly frames: number
  readonly tracks: readonly { readonly kind: string; readonly start: number; readonly duration: number }[]
}

interface Probed {
  readonly streams: readonly Readonly<Record<'codec_type' | 'start_time' | 'duration' | 'nb_frames', string>>[]
  readonly format: { readonly start_time: string; readonly duration: string }
}
