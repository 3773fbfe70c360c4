// The proof that privacy holds: one picture is read back from the gateway, as readers would get it, before anybody gets
// it, and must be black in every privacy zone (or be the slate).

import { boxAround, isInside, type Point } from '../lib/box.js'
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import { describeEnd, startChild } from '../lib/process.js'
import type { Polygon } from '../sources/mask.js'
import { SLATE_BAND, SLATE_YUV } from '../sources/slate.js'
import type { Proof } from './privacy.js'

/** yuv420p: `width * height` of luma, then two planes of a quarter of that (sides rounded up). */
export interface YuvPicture {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

type Yuv = readonly [number, number, number]

const BLACK: Yuv = [16, 128, 128]
/**
 * How many pixels from a zone's edge, where an encoder may mix both sides, and how near to black it must be there. The
 * inside of a zone comes out exactly black: also a dark night is told from it, and a darker one shows nothing.
 */
const RIMS = [
  { border: 16, tolerance: 4 },
  { border: 6, tolerance: 8 },
  { border: 2, tolerance: 16 },
  { border: 0, tolerance: 40 },
] as const
const SLATE_TOLERANCE = 4
const FEWEST = 12
/** Looks per zone and direction. */
const LOOKS = 64
const PATIENCE_MS = 10_000
const MOST_BYTES = 64 * 1024 * 1024

/** The sentence that says what is wrong; null when it holds. */
export const disprove = (proof: Proof, picture: YuvPicture): string | null => {
  if (proof.of === 'slate') return isSlate(picture) ? null : 'the privacy slate is not what the gateway shows'
  const open = proof.polygons.findIndex((polygon) => !isBlack(picture, polygon))
  return open < 0 ? null : `the picture is not black in privacy zone ${open + 1} of ${proof.polygons.length}`
}

const isBlack = (picture: YuvPicture, polygon: Polygon): boolean => {
  const box = boxAround(polygon)
  const around = ({ x, y }: Point, border: number): readonly Point[] =>
    [-border, 0, border].flatMap((dx) =>
      [-border, 0, border].map((dy) => ({ x: x + dx / picture.width, y: y + dy / picture.height })),
    )
  // What the picture's own edge cuts off has no other side.
  const hidden = ({ x, y }: Point): boolean => x < 0 || y < 0 || x > 1 || y > 1 || isInside({ x, y }, polygon)
  const points = Array.from({ length: LOOKS * LOOKS }, (_, at) => ({
    x: box.x + (box.width * ((at % LOOKS) + 0.5)) / LOOKS,
    y: box.y + (box.height * (Math.floor(at / LOOKS) + 0.5)) / LOOKS,
  }))
  for (const { border, tolerance } of RIMS) {
    const inner = points.filter((point) => around(point, border).every(hidden))
    if (inner.length >= FEWEST) return inner.every((point) => isNear(at(picture, point), BLACK, tolerance))
  }
  // Nothing but an edge.
  return true
}

const isSlate = (picture: YuvPicture): boolean => {
  for (let y = 0.5; y < LOOKS; y++) {
    if (y / LOOKS > SLATE_BAND.top && y / LOOKS < SLATE_BAND.bottom) continue
    for (let x = 0.5; x < LOOKS; x++)
      if (!isNear(at(picture, { x: x / LOOKS, y: y / LOOKS }), SLATE_YUV, SLATE_TOLERANCE)) return false
  }
  return true
}

const at = ({ data, width, height }: YuvPicture, { x, y }: Point): Yuv => {
  const [column, row] = [Math.min(width - 1, Math.floor(x * width)), Math.min(height - 1, Math.floor(y * height))]
  const half = Math.ceil(width / 2)
  const chroma = width * height + (row >> 1) * half + (column >> 1)
  return [data[row * width + column] ?? 0, data[chroma] ?? 0, data[chroma + half * Math.ceil(height / 2)] ?? 0]
}

const isNear = (a: Yuv, b: Yuv, tolerance: number): boolean =>
  a.every((value, at) => Math.abs(value - (b[at] ?? 0)) <= tolerance)

/** Resolves when the video that `url` gives is proven; a Failure that says why it is not. */
export const prove = async (proof: Proof, url: string, clock: Clock, signal: AbortSignal): Promise<void> => {
  const problem = disprove(proof, await readPicture(url, clock, signal))
  if (problem) throw new Failure('refused', `${problem}: no video is shown`)
}

const readPicture = async (url: string, clock: Clock, signal: AbortSignal): Promise<YuvPicture> => {
  const child = startChild({
    name: 'privacy proof',
    command: 'ffmpeg',
    args: [
      ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-rtsp_transport', 'tcp', '-allowed_media_types', 'video'],
      ...['-probesize', '32', '-analyzeduration', '0', '-threads', '1', '-i', url, '-map', '0:v:0', '-frames:v', '1'],
      ...['-pix_fmt', 'yuv420p', '-f', 'yuv4mpegpipe', 'pipe:1'],
    ],
  })
  const chunks: Buffer[] = []
  let bytes = 0
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= MOST_BYTES) chunks.push(chunk)
  })
  const stop = (): void => void child.stop(0)
  const late = clock.after(PATIENCE_MS, stop)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    const end = await child.exited
    const picture = parseY4m(Buffer.concat(chunks))
    if (!picture) throw new Failure('unavailable', `privacy could not be proven: ${describeEnd('its reader', end)}`)
    return picture
  } finally {
    late[Symbol.dispose]()
    signal.removeEventListener('abort', stop)
  }
}

/** The first picture of a stream of YUV4MPEG2; undefined when it is not all there. */
export const parseY4m = (stream: Buffer): YuvPicture | undefined => {
  const head = /^YUV4MPEG2(?: \S+)*? W(\d+) H(\d+)[^\n]*\nFRAME[^\n]*\n/.exec(stream.toString('latin1', 0, 512))
  if (!head) return undefined
  const [width, height] = [Number(head[1]), Number(head[2])]
  const size = width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2)
  const data = stream.subarray(head[0].length, head[0].length + size)
  return data.length === size ? { data, width, height } : undefined
}
