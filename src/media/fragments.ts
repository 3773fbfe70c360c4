// Says what the tap's fragments are: epochs, tracks, key frames, times of the stream, names of the codecs. Picture and
// sound may come apart and are one film from here on. Times of arrival are the tap's.
import { Failure } from '../lib/failure.js'
import { createFormatWatch } from './format-watch.js'
import { readSample, readTracks, type Track } from './mp4-boxes.js'
import { joinFragment, joinInits } from './mp4-join.js'
import { createUnitReader } from './mp4-units.js'
import type { Fragment, InitSegment } from './ring.js'

export type CutFragment = Omit<Fragment, 'mono'>

export interface FragmentCutter {
  /** Both throw a Failure when this is no fragmented MP4; the cutter is of no use then. */
  write(chunk: Buffer): void
  writeSound(chunk: Buffer): void
}

export interface CutterOptions {
  /** Whether sound comes on a pipe of its own; the film begins when both have said what they are. */
  readonly sound?: boolean
  /** The number of the next epoch. */
  nextEpoch(): number
  onInit(init: InitSegment): void
  onFragment(fragment: CutFragment): void
  /** No box is larger than this. */
  readonly maxBytes?: number
}

const MAX_BYTES = 32 * 1024 * 1024
/** Some cameras announce sound and never send any: after so many pictures, or seconds of them, the film begins without. */
const PATIENCE = 50
const PATIENCE_S = 3

export const createFragmentCutter = (options: CutterOptions): FragmentCutter => {
  const { nextEpoch, onInit, onFragment, maxBytes = MAX_BYTES } = options
  let sound: 'none' | 'awaited' | 'joined' | 'late' = options.sound ? 'awaited' : 'none'
  let picture: Buffer | undefined
  let tone: Buffer | undefined
  let heldFrom: number | undefined
  let init: InitSegment | undefined
  let tracks: ReadonlyMap<number, Track> = new Map()
  let held: (() => void)[] = []
  let changed = createFormatWatch('mjpeg')

  const openEpoch = (data: Buffer): void => {
    // The same boxes under the name that Apple's players ask for.
    const hev1 = data.indexOf('hev1', 0, 'latin1')
    if (hev1 > 0) data.write('hvc1', hev1, 'latin1')
    if (init && data.equals(init.data)) return
    const all = readTracks(data)
    const video = all.find(({ kind }) => kind === 'video')
    if (!video) throw new Failure('unavailable', 'the stream has no video')
    const audio = all.find(({ kind }) => kind === 'audio')
    const used = audio ? [video, audio] : [video]
    tracks = byId(used)
    init = {
      epoch: nextEpoch(),
      data,
      mime: `video/mp4; codecs="${used.map(({ codec }) => codec).join(', ')}"`,
      video: { codec: codecName(video.codec), width: video.width, height: video.height },
      audio: audio !== undefined,
    }
    changed = createFormatWatch(init.video.codec)
    onInit(init)
  }
  const give = (data: Buffer, moof: Buffer): void => {
    const sample = readSample(moof, tracks)
    if (!sample || !init) return
    const { track, pts } = sample
    const key = track.kind === 'video' && sample.key
    if (key && changed(data, moof.length)) throw new Failure('unavailable', 'the camera changed its picture format')
    onFragment({ epoch: init.epoch, data, track: track.kind, key, pts })
  }
  const begin = (): void => {
    if (!picture) return
    if (sound === 'awaited') {
      if (!tone) return
      sound = 'joined'
    }
    openEpoch(tone && sound === 'joined' ? joinInits(picture, tone) : picture)
    const waiting = held
    held = []
    for (const run of waiting) run()
  }

  const pictures = createUnitReader(
    {
      onInit: (data) => {
        picture = data
        begin()
      },
      onFragment: (data, moof) => {
        if (sound !== 'awaited') return give(data, moof)
        held.push(() => give(data, moof))
        const pts = picture && readSample(moof, byId(readTracks(picture)))?.pts
        heldFrom ??= pts
        if (held.length < PATIENCE && (pts ?? 0) - (heldFrom ?? 0) < PATIENCE_S) return
        sound = 'late'
        begin()
      },
    },
    maxBytes,
  )
  const sounds = createUnitReader(
    {
      onInit: (data) => {
        tone = data
        if (sound === 'awaited') begin()
      },
      onFragment: (data, moof) => {
        if (sound !== 'joined') return
        joinFragment(data)
        joinFragment(moof)
        give(data, moof)
      },
    },
    maxBytes,
  )
  return { write: pictures.write, writeSound: sounds.write }
}

const byId = (tracks: readonly Track[]): ReadonlyMap<number, Track> => new Map(tracks.map((track) => [track.id, track]))

const codecName = (codec: string): InitSegment['video']['codec'] => {
  if (codec.startsWith('avc')) return 'h264'
  if (codec.startsWith('hvc') || codec.startsWith('hev')) return 'h265'
  if (codec === 'mp4v.6c') return 'mjpeg'
  throw new Failure('unavailable', `the stream's video is ${codec}: only H.264, H.265 and MJPEG can be used`)
}
