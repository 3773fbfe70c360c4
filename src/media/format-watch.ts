// Notices a camera that changes its picture format in the middle of a stream: the init segment would no longer be true.
// Only what key frames say among themselves counts; many cameras announce something a little different.

/** The NAL type of sequence parameters. */
const TYPE_OF = {
  h264: (first: number): boolean => (first & 0x1f) === 7,
  h265: (first: number): boolean => ((first >> 1) & 0x3f) === 33,
  mjpeg: (): boolean => false,
}
/** Parameters stand before the picture. */
const LOOK_AT = 8

/** Says of each key frame (its `moof` is so many bytes of it) whether its parameters are others than those before. */
export const createFormatWatch = (codec: keyof typeof TYPE_OF): ((data: Buffer, moof: number) => boolean) => {
  let known: Buffer | undefined
  return (data, moof) => {
    let at = moof + 8
    for (let count = 0; count < LOOK_AT && at + 5 <= data.length; count++) {
      const end = at + 4 + data.readUInt32BE(at)
      if (TYPE_OF[codec](data.readUInt8(at + 4))) {
        const parameters = data.subarray(at + 4, end)
        const changed = known !== undefined && !known.equals(parameters)
        if (!known || changed) known = Buffer.from(parameters)
        return changed
      }
      at = end
    }
    return false
  }
}
