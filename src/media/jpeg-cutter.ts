// Cuts JPEGs out of a stream of bytes by their own marks, whatever stands between them: cameras disagree about the
// boundaries of their multipart streams, and about lengths. ITU T.81, annex B.

export interface JpegCutter {
  /** Hears the next bytes; throws when a picture is larger than the limit. */
  write(chunk: Buffer): void
}

const MOST_BYTES = 16 * 1024 * 1024
const [SOI, EOI, SOS] = [0xd8, 0xd9, 0xda]

/** `onPicture` is given a whole picture, from its start mark to its end mark, in memory of its own. */
export const createJpegCutter = (onPicture: (picture: Buffer) => void, mostBytes = MOST_BYTES): JpegCutter => {
  let held: Buffer = Buffer.alloc(0)
  /** Where to go on in `held`; inside a picture `held` begins with it. */
  let at = 0
  let state: 'outside' | 'segments' | 'scan' = 'outside'

  const skipTo = (position: number): void => {
    held = held.subarray(position)
    at = 0
  }
  /** Whether there was enough to go on. */
  const findStart = (): boolean => {
    for (let from = 0; ; from++) {
      from = held.indexOf(0xff, from)
      if (from < 0 || from + 2 >= held.length) {
        skipTo(from < 0 ? held.length : from)
        return false
      }
      if (held[from + 1] !== SOI || held[from + 2] !== 0xff) continue
      skipTo(from)
      at = 2
      state = 'segments'
      return true
    }
  }
  const finish = (end: number): void => {
    onPicture(Buffer.from(held.subarray(0, end)))
    skipTo(end)
    state = 'outside'
  }
  const readSegment = (): boolean => {
    if (at + 4 > held.length) return false
    const mark = held[at + 1] ?? 0
    if (held[at] !== 0xff || mark === SOI) {
      // No picture after all.
      skipTo(1)
      state = 'outside'
    } else if (mark === 0xff) at += 1
    else if (mark === EOI) finish(at + 2)
    else {
      at += 2 + held.readUInt16BE(at + 2)
      if (mark === SOS) state = 'scan'
    }
    return true
  }
  const readScan = (): boolean => {
    const mark = held.indexOf(0xff, at)
    if (mark < 0 || mark + 1 >= held.length) {
      at = mark < 0 ? Math.max(at, held.length) : mark
      return false
    }
    const kind = held[mark + 1] ?? 0
    at = mark
    if (kind === EOI) finish(mark + 2)
    // Stuffed zeros, fill bytes and restart marks are data; anything else is the next segment.
    else if (kind === 0 || (kind >= 0xd0 && kind <= 0xd7)) at = mark + 2
    else if (kind === 0xff) at = mark + 1
    else state = 'segments'
    return true
  }
  return {
    write: (chunk) => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      const steps = { outside: findStart, segments: readSegment, scan: readScan }
      while (held.length > 0 && steps[state]()) {}
      if (state !== 'outside' && held.length > mostBytes)
        throw new Error(`a picture is larger than ${Math.round(mostBytes / 1e6)} MB`)
    },
  }
}
