// Finds the seam of a looped file in ffmpeg's framecrc of it: the first packet comes again.

/** `line`: "stream, dts, pts, duration, size, checksum, …"; lines with # describe the stream. */
export const createSeamFinder = (onSeam: () => void): ((line: string) => void) => {
  let first: string | undefined
  return (line) => {
    if (line.startsWith('#')) return
    const packet = line.split(',').slice(4, 6).join()
    if (packet === first) onSeam()
    first ??= packet
  }
}
