// Tiles that touch each other, also at a corner, put together to blobs (connected components by flood fill over a
// stack that is kept). Which blobs count is decided elsewhere.

export interface Blob {
  /** Boxes over the threshold in it. */
  area: number
  tiles: number
  /** Of the tiles, inclusive. */
  left: number
  top: number
  right: number
  bottom: number
}

export interface BlobFinder {
  /** Number of the blob that each tile belongs to, from 1; 0: none. */
  readonly labels: Uint16Array
  /** The blobs found last: the first `count` of them are true. */
  readonly blobs: readonly Blob[]
  /** Joins the tiles with at least `least` boxes in them; gives how many blobs there are. */
  find(counts: Uint8Array, least: number): number
}

export const createBlobFinder = (across: number, down: number): BlobFinder => {
  const labels = new Uint16Array(across * down)
  const stack = new Int32Array(across * down)
  const blobs: Blob[] = []

  const fill = (start: number, label: number, blob: Blob, counts: Uint8Array, least: number): void => {
    let height = 0
    stack[height++] = start
    labels[start] = label
    while (height > 0) {
      const at = stack[--height] as number
      const y = Math.floor(at / across)
      const x = at - y * across
      blob.area += counts[at] as number
      blob.tiles++
      if (x < blob.left) blob.left = x
      if (x > blob.right) blob.right = x
      if (y < blob.top) blob.top = y
      if (y > blob.bottom) blob.bottom = y
      for (let near = Math.max(0, y - 1); near <= Math.min(down - 1, y + 1); near++) {
        for (let beside = Math.max(0, x - 1); beside <= Math.min(across - 1, x + 1); beside++) {
          const next = near * across + beside
          if (labels[next] !== 0 || (counts[next] as number) < least) continue
          labels[next] = label
          stack[height++] = next
        }
      }
    }
  }

  const find = (counts: Uint8Array, least: number): number => {
    labels.fill(0)
    let count = 0
    for (let at = 0; at < counts.length; at++) {
      if ((counts[at] as number) < least || labels[at] !== 0) continue
      const blob = blobs[count] ?? { area: 0, tiles: 0, left: 0, top: 0, right: 0, bottom: 0 }
      blobs[count] = Object.assign(blob, { area: 0, tiles: 0, left: across, top: down, right: 0, bottom: 0 })
      count++
      fill(at, count, blob, counts, least)
    }
    return count
  }
  return { labels, blobs, find }
}
