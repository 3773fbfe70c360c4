// Where a fragmented MP4 whose writer died stops being whole: box headers only, nothing is decoded.
import { open } from 'node:fs/promises'

const WINDOW = 1 << 20
const HEADER = 16

export interface WholePart {
  /** Bytes up to the end of the last fragment that is all there. */
  readonly bytes: number
  readonly fragments: number
}

/** Reads the file's box headers from the start until one is missing, senseless or reaches past the end. */
export const measureWhole = async (path: string): Promise<WholePart> => {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const window = Buffer.alloc(WINDOW)
    let windowAt = 0
    let held = 0
    let at = 0
    let moov = false
    let moof = false
    let whole: WholePart = { bytes: 0, fragments: 0 }
    while (at + 8 <= size) {
      if (at < windowAt || at + Math.min(HEADER, size - at) > windowAt + held) {
        windowAt = at
        held = (await file.read(window, 0, WINDOW, at)).bytesRead
        if (held < 8) break
      }
      const header = window.subarray(at - windowAt, held)
      const type = header.toString('latin1', 4, 8)
      const short = header.readUInt32BE(0)
      const length = short === 1 && header.length >= HEADER ? Number(header.readBigUInt64BE(8)) : short
      if (length < 8 || at + length > size || !/^[a-z0-9]{4}$/.test(type)) break
      at += length
      if (type === 'moov') moov = true
      if (type === 'mdat' && moof && moov) whole = { bytes: at, fragments: whole.fragments + 1 }
      moof = type === 'moof'
    }
    return whole
  } finally {
    await file.close()
  }
}
