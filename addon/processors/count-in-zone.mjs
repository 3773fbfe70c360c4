// Counts the things that stand or move in a zone and were not there before: people on the lawn, cars on the drive.
//
//   processor: {path: ./count-in-zone.mjs, width: 640, fps: 10, always: true}
//
// It reports the fact `things` and tells `things_changed`. No model is needed: it compares small blocks of the picture
// with how they usually look. Whatever stays for some minutes becomes part of the usual.

/** The id of the zone; null: the first one, or the whole picture where there is none. */
const ZONE = null
/** The side of a block, in pixels. */
const BLOCK = 8
/** How much brighter or darker a block must be than usual, 0..255. */
const DIFFERENT = 14
/** The smallest thing, in blocks. */
const SMALLEST = 6
/** How fast the usual follows: the share of a new picture. Blocks with a thing on them follow ten times as slowly. */
const LEARN = 0.02
/** So many pictures in a row must agree before the count changes. */
const AGREE = 4
/** More than this share of the zone at once is a change of light. */
const TOO_MUCH = 0.6

let usual
let count = 0
let next = { count: 0, pictures: 0 }

/** The mean brightness of each block of the zone; -1 where the block is outside of it. */
const blocksOf = ({ rows, mask, width, height }) => {
  const across = Math.floor(width / BLOCK)
  const down = Math.floor(height / BLOCK)
  const blocks = new Float32Array(across * down)
  for (let j = 0; j < down; j++) {
    for (let i = 0; i < across; i++) {
      const middle = (j * BLOCK + BLOCK / 2) * width + i * BLOCK + BLOCK / 2
      let sum = 0
      for (let y = j * BLOCK; y < (j + 1) * BLOCK; y++) {
        const row = rows[y]
        for (let at = i * BLOCK * 3; at < (i + 1) * BLOCK * 3; at += 3) sum += row[at] + 2 * row[at + 1] + row[at + 2]
      }
      blocks[j * across + i] = mask[middle] ? sum / (4 * BLOCK * BLOCK) : -1
    }
  }
  return { blocks, across, down }
}

/** Groups of blocks that touch, also over a gap of one block: a person's head and legs are one thing. */
const thingsIn = (changed, across, down) => {
  const seen = new Uint8Array(changed.length)
  const things = []
  for (let start = 0; start < changed.length; start++) {
    if (!changed[start] || seen[start]) continue
    const thing = { blocks: 0, left: across, top: down, right: 0, bottom: 0 }
    const open = [start]
    seen[start] = 1
    while (open.length > 0) {
      const at = open.pop()
      const x = at % across
      const y = (at - x) / across
      thing.blocks += 1
      thing.left = Math.min(thing.left, x)
      thing.right = Math.max(thing.right, x)
      thing.top = Math.min(thing.top, y)
      thing.bottom = Math.max(thing.bottom, y)
      for (let j = Math.max(0, y - 2); j <= Math.min(down - 1, y + 2); j++) {
        for (let i = Math.max(0, x - 2); i <= Math.min(across - 1, x + 2); i++) {
          const near = j * across + i
          if (!changed[near] || seen[near]) continue
          seen[near] = 1
          open.push(near)
        }
      }
    }
    if (thing.blocks >= SMALLEST) things.push(thing)
  }
  return things
}

const wholePicture = ({ data, width, height }) => ({
  name: 'Picture',
  color: '#58c98b',
  ...{ x: 0, y: 0, width, height },
  rows: Array.from({ length: height }, (_, y) => data.subarray(y * width * 3, (y + 1) * width * 3)),
  mask: new Uint8Array(width * height).fill(1),
})

export const process_image = (frame, context) => {
  const name = ZONE ?? context.zones[0]?.id
  const zone = name === undefined ? wholePicture(frame) : context.isolate(name)
  const { blocks, across, down } = blocksOf(zone)
  if (usual?.length !== blocks.length) usual = Float32Array.from(blocks)

  const changed = new Uint8Array(blocks.length)
  let inside = 0
  let all = 0
  for (let i = 0; i < blocks.length; i++) {
    if (blocks[i] < 0) continue
    inside += 1
    if (Math.abs(blocks[i] - usual[i]) < DIFFERENT) continue
    changed[i] = 1
    all += 1
  }
  const light = all > inside * TOO_MUCH
  for (let i = 0; i < blocks.length; i++) {
    const follow = light ? 1 : changed[i] ? LEARN / 10 : LEARN
    usual[i] += (blocks[i] - usual[i]) * follow
  }
  const things = light ? [] : thingsIn(changed, across, down)

  next = things.length === next.count ? { ...next, pictures: next.pictures + 1 } : { count: things.length, pictures: 1 }
  if (next.pictures >= AGREE && next.count !== count) {
    context.event('things_changed', { zone: zone.name, from: count, to: next.count })
    count = next.count
  }
  context.report('things', count)

  for (const { left, top, right, bottom } of things) {
    const [x, y] = [zone.x + left * BLOCK, zone.y + top * BLOCK]
    context.box(x, y, (right - left + 1) * BLOCK, (bottom - top + 1) * BLOCK, { color: 'orange' })
  }
  // Nightjar itself draws the zone and its name, above.
  const line = Math.round(frame.height / 36)
  context.text(zone.x + line, zone.y + zone.height - 3 * line, `${count}`, { color: zone.color, size: 2 })
}
