// Seconds of encoded video in memory: fragments of fMP4, bounded in seconds and bytes, starting on a key frame.
// Recording, picture, clip and live view are all readers of it.

/** ftyp + moov of one epoch: it changes when codec, size or source change. */
export interface InitSegment {
  readonly epoch: number
  readonly data: Buffer
  /** For MediaSource: `video/mp4; codecs="avc1.64001f, mp4a.40.2"`. */
  readonly mime: string
  readonly video: { readonly codec: 'h264' | 'h265' | 'mjpeg'; readonly width: number; readonly height: number }
  readonly audio: boolean
}

/** moof + mdat of one frame (or audio packet). */
export interface Fragment {
  readonly epoch: number
  readonly data: Buffer
  readonly track: 'video' | 'audio'
  /** A video frame that needs no other. */
  readonly key: boolean
  /** The stream's own clock, seconds: what a frame's pts is on, too. */
  readonly pts: number
  /** Monotonic milliseconds at which the camera saw it (arrival, smoothed by the stream's clock). */
  readonly mono: number
}

export interface RingItem {
  readonly init: InitSegment
  readonly fragment: Fragment
}

/** Hears what goes in from a key frame on, in order, at once (also what a full ring can't keep). Must not throw and must not wait. */
export type RingListener = (item: RingItem) => void

export interface Ring {
  push(item: RingItem): void
  /** Everything from the newest key frame at or before `mono` on (from the oldest key frame held when that is later). Oldest first. */
  from(mono: number): readonly RingItem[]
  readonly newest: RingItem | undefined
  watch(listener: RingListener): Disposable
  stats(): { readonly seconds: number; readonly bytes: number; readonly fragments: number; readonly fps: number }
  /** Forgets all: the camera was stopped. */
  clear(): void
}

export interface RingOptions {
  /** Once filled it always holds at least this much, and at most one group of pictures more. */
  readonly seconds: number
  /** Never more than this; a group of pictures that alone is larger is not kept. */
  readonly maxBytes: number
}

/** A key frame and what follows it until the next. */
interface Group {
  readonly items: RingItem[]
  readonly start: number
  bytes: number
}

export const createRing = ({ seconds, maxBytes }: RingOptions): Ring => {
  const listeners = new Set<RingListener>()
  let groups: Group[] = []
  let bytes = 0
  /** The epoch of the last key frame: what follows in it can be decoded, by those who listened then. */
  let open: number | undefined

  const newest = (): RingItem | undefined => groups.at(-1)?.items.at(-1)
  const dropOldest = (): void => {
    bytes -= groups.shift()?.bytes ?? 0
  }
  const trim = (now: number): void => {
    while (groups[1] && (groups[1].start <= now - seconds * 1000 || bytes > maxBytes)) dropOldest()
    if (bytes > maxBytes) dropOldest()
  }
  return {
    get newest() {
      return newest()
    },
    push: (item) => {
      const { fragment } = item
      const starts = fragment.track === 'video' && fragment.key
      if (starts) {
        open = fragment.epoch
        groups.push({ items: [], start: fragment.mono, bytes: 0 })
      }
      if (fragment.epoch !== open) return
      const group = groups.at(-1)
      if (group) {
        group.items.push(item)
        group.bytes += fragment.data.length
        bytes += fragment.data.length
        trim(fragment.mono)
      }
      for (const listener of [...listeners]) listener(item)
    },
    from: (mono) => {
      const first = groups.findLastIndex(({ start }) => start <= mono)
      return groups.slice(Math.max(first, 0)).flatMap(({ items }) => items)
    },
    watch: (listener) => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    stats: () => {
      const items = groups.flatMap((group) => group.items)
      const seconds = Math.max(0, (newest()?.fragment.mono ?? 0) - (groups[0]?.start ?? Infinity)) / 1000
      const frames = items.filter(({ fragment }) => fragment.track === 'video').length
      return { seconds, bytes, fragments: items.length, fps: seconds > 0 ? (frames - 1) / seconds : 0 }
    },
    clear: () => {
      groups = []
      bytes = 0
      open = undefined
    },
  }
}
