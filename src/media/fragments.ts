// Cuts the byte stream of a fragmented MP4 into init segments and fragments, each in a buffer of its own, so that a
// fragment that is kept pins nothing else. Says what each one is; times of arrival are the tap's.
import { Failure } from '../lib/failure.js'
import { readSample, readTracks, type Track } from './mp4-boxes.js'
import type { Fragment, InitSegment } from './ring.js'

export type CutFragment = Omit<Fragment, 'mono'>

export interface FragmentCutter {
  /** Throws a Failure when this is no fragmented MP4; the cutter is of no use then. */
  write(chunk: Buffer): void
}

export interface CutterOptions {
  /** The number of the next epoch. */
  nextEpoch(): number
  onInit(init: InitSegment): void
  onFragment(fragment: CutFragment): void
  /** No box is larger than this. */
  readonly maxBytes?: number
}

const MAX_BYTES = 32 * 1024 * 1024
const HEADER = 8
/** What comes in two boxes: the second, by the first. */
const SECOND: Readonly<Record<string, string>> = { ftyp: 'moov', moof: 'mdat' }

export const createFragmentCutter = ({
  nextEpoch,
  onInit,
  onFragment,
  maxBytes = MAX_BYTES,
}: CutterOptions): FragmentCutter => {
  const header = Buffer.alloc(HEADER)
  let headerFilled = 0
  let type = ''
  let box = header
  let filled = 0
  /** A box that waits for its second, and the one that the present box was joined to. */
  let first: { readonly type: string; readonly data: Buffer } | undefined
  let joined: Buffer | undefined
  let init: InitSegment | undefined
  let tracks: ReadonlyMap<number, Track> = new Map()

  const openBox = (): void => {
    const size = header.readUInt32BE(0)
    type = header.toString('latin1', 4, HEADER)
    if (size < HEADER || size > maxBytes)
      throw new Failure('unavailable', `the fragmented MP4 of ffmpeg is broken: a box says it has ${size} bytes`)
    joined = first && SECOND[first.type] === type ? first.data : undefined
    first = undefined
    const before = joined?.length ?? 0
    // The second half is read in straight behind the first: one copy of every byte.
    box = Buffer.allocUnsafe(before + size)
    joined?.copy(box)
    header.copy(box, before)
    filled = before + HEADER
  }

  const closeBox = (): void => {
    if (type in SECOND) first = { type, data: box }
    if (type === 'moov') openEpoch(box)
    if (type === 'mdat' && joined && init) giveFragment(init.epoch, joined)
  }

  const giveFragment = (epoch: number, moof: Buffer): void => {
    const sample = readSample(moof, tracks)
    if (!sample) return
    const { track, key, pts } = sample
    onFragment({ epoch, data: box, track: track.kind, key: track.kind === 'video' && key, pts })
  }

  const openEpoch = (data: Buffer): void => {
    // The same boxes under the name that Apple's players ask for.
    const hev1 = data.indexOf('hev1', 0, 'latin1')
    if (hev1 > 0) data.write('hvc1', hev1, 'latin1')
    if (init && data.equals(init.data)) return
    const all = readTracks(data)
    const video = all.find(({ kind }) => kind === 'video')
    if (!video) throw new Failure('unavailable', 'the stream has no video')
    const audio = all.find(({ kind }) => kind === 'audio')
    tracks = new Map([video, ...(audio ? [audio] : [])].map((track) => [track.id, track]))
    init = {
      epoch: nextEpoch(),
      data,
      mime: `video/mp4; codecs="${[video, ...(audio ? [audio] : [])].map(({ codec }) => codec).join(', ')}"`,
      video: { codec: codecName(video.codec), width: video.width, height: video.height },
      audio: audio !== undefined,
    }
    onInit(init)
  }

  return {
    write: (chunk) => {
      for (let at = 0; at < chunk.length; ) {
        if (headerFilled < HEADER) {
          const took = chunk.copy(header, headerFilled, at, at + HEADER - headerFilled)
          headerFilled += took
          at += took
          if (headerFilled < HEADER) return
          openBox()
        }
        const took = chunk.copy(box, filled, at)
        filled += took
        at += took
        if (filled < box.length) return
        headerFilled = 0
        closeBox()
      }
    },
  }
}

const codecName = (codec: string): InitSegment['video']['codec'] => {
  if (codec.startsWith('avc')) return 'h264'
  if (codec.startsWith('hvc') || codec.startsWith('hev')) return 'h265'
  if (codec === 'mp4v.6c') return 'mjpeg'
  throw new Failure('unavailable', `the stream's video is ${codec}: only H.264, H.265 and MJPEG can be used`)
}
