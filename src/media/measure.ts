// How a stream is encoded, from some seconds of its packets: what ffprobe lists of them. Nothing is decoded.
import type { Encoding } from '../camera/ports.js'
import { Failure } from '../lib/failure.js'
import { describeEnd, startChild } from '../lib/process.js'

interface Probed {
  readonly streams?: readonly {
    readonly codec_name?: string
    readonly profile?: string
    readonly width?: number
    readonly height?: number
  }[]
  readonly packets?: readonly { readonly pts_time?: string; readonly size?: string; readonly flags?: string }[]
}

/** Long enough for the key frames of most cameras. */
const SECONDS = 8
/** A server's first packets may come out of its memory, with squeezed times: only what is later counts. */
const SKIPPED_S = 1.5
const LIMIT_MS = 30_000

const CODECS: Readonly<Record<string, Encoding['codec']>> = { h264: 'h264', hevc: 'h265', mjpeg: 'mjpeg' }

/** Reads the video at an RTSP address for eight seconds; Failure 'unavailable' when that can't be done. */
export const measureStream = async (url: string, signal: AbortSignal): Promise<Encoding> => {
  const child = startChild({
    name: 'measuring a stream',
    command: 'ffprobe',
    args: [
      ...['-v', 'error', '-rtsp_transport', 'tcp', '-select_streams', 'v:0', '-read_intervals', `%+${SECONDS}`],
      ...['-show_entries', 'stream=codec_name,profile,width,height:packet=pts_time,size,flags', '-of', 'json', url],
    ],
  })
  const stop = (): void => void child.stop()
  const limit = setTimeout(stop, LIMIT_MS)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    let text = ''
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (part: string) => {
      text += part
    })
    const end = await child.exited
    if (end.code !== 0) throw new Failure('unavailable', describeEnd('ffprobe', end))
    return encodingOf(JSON.parse(text) as Probed)
  } finally {
    clearTimeout(limit)
    signal.removeEventListener('abort', stop)
  }
}

/** Failure 'unavailable' when there is too little to tell. */
export const encodingOf = ({ streams = [], packets = [] }: Probed): Encoding => {
  const [{ codec_name = '', profile, width, height } = {}] = streams
  const codec = CODECS[codec_name]
  const timed = packets.map(({ pts_time, size, flags = '' }) => ({
    ...{ at: Number(pts_time), size: Number(size), key: flags.startsWith('K') },
  }))
  // The first packet may have no time.
  const first = timed.find(({ at }) => Number.isFinite(at))?.at ?? 0
  const steady = timed.filter(({ at, size }) => at >= first + SKIPPED_S && size > 0)
  const times = steady.map(({ at }) => at)
  const seconds = Math.max(...times) - Math.min(...times)
  if (!codec || !width || !height || steady.length < 3 || !(seconds > 0))
    throw new Failure('unavailable', 'there is too little video to measure')
  const keys = timed.flatMap(({ key }, index) => (key ? [index] : []))
  const gaps = keys.slice(1).map((index, before) => index - (keys[before] ?? 0))
  return {
    ...{ codec, width, height },
    fps: Math.round(((steady.length - 1) / seconds) * 100) / 100,
    gop: gaps.length > 0 ? Math.max(...gaps) : null,
    bitrate: Math.round((steady.slice(1).reduce((sum, { size }) => sum + size, 0) * 8) / seconds),
    profile: codec === 'mjpeg' || profile === undefined || profile === 'unknown' ? null : profile,
  }
}
