// Cuts the byte stream of a fragmented MP4 where ffmpeg's pipe cuts it anyhow: into init segments (ftyp + moov) and
// fragments (moof + mdat), each in a buffer of its own, so that one that is kept pins nothing else.
import { Failure } from '../lib/failure.js'

export interface UnitReader {
  /** Throws a Failure when this is no fragmented MP4; the reader is of no use then. */
  write(chunk: Buffer): void
}

export interface Units {
  onInit(data: Buffer): void
  /** `moof` is the first part of `data`, in a buffer of its own. */
  onFragment(data: Buffer, moof: Buffer): void
}

const HEADER = 8
/** What comes in two boxes: the second, by the first. */
const SECOND: Readonly<Record<string, string>> = { ftyp: 'moov', moof: 'mdat' }

/** No box is larger than `maxBytes`. */
export const createUnitReader = ({ onInit, onFragment }: Units, maxBytes: number): UnitReader => {
  const header = Buffer.alloc(HEADER)
  let headerFilled = 0
  let type = ''
  let box = header
  let filled = 0
  /** A box that waits for its second, and the one that the present box was joined to. */
  let first: { readonly type: string; readonly data: Buffer } | undefined
  let joined: Buffer | undefined

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
    if (type === 'moov') onInit(box)
    if (type === 'mdat' && joined) onFragment(box, joined)
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
