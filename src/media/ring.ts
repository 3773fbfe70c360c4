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

/** Hears what goes in, in order, at once. Must not throw and must not wait. */
export type RingListener = (item: RingItem) => void

export interface Ring {
  push(item: RingItem): void
  /** Everything from the newest key frame at or before `mono` on (from the oldest key frame held when that is later). Oldest first. */
  from(mono: number): readonly RingItem[]
  readonly newest: RingItem | undefined
  watch(listener: RingListener): Disposable
  stats(): { readonly seconds: number; readonly bytes: number; readonly fragments: number }
  /** Forgets all: the camera was stopped. */
  clear(): void
}
