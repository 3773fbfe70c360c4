// What a private camera shows instead of its picture: a plain card with one word. Its letters are little boxes, so that
// no font is needed; painted once, sent five times a second.
import type { ChildPlan } from '../lib/process.js'
import { encodeVideo, publish, quiet } from './ffmpeg-args.js'

export interface SlateSize {
  readonly width: number
  readonly height: number
}

/** While nobody knows the camera's own. */
export const SLATE_SIZE: SlateSize = { width: 1280, height: 720 }
/** A 25th of a second apart, as the pictures that it stands for: readers then need not be told anything new. */
const FPS = 25
const EVERY = 5

/** Of the card, as Y, U, V: what a look at it must find. */
export const SLATE_YUV = [54, 134, 124] as const
/** Outside of the middle of the card there is nothing but its colour: fractions of its height. */
export const SLATE_BAND = { top: 0.35, bottom: 0.65 } as const

/** Five columns and seven rows for each letter. */
const LETTERS: readonly (readonly string[])[] = [
  ['####.', '#...#', '#...#', '####.', '#....', '#....', '#....'],
  ['####.', '#...#', '#...#', '####.', '#.#..', '#..#.', '#...#'],
  ['.###.', '..#..', '..#..', '..#..', '..#..', '..#..', '.###.'],
  ['#...#', '#...#', '#...#', '#...#', '#...#', '.#.#.', '..#..'],
  ['.###.', '#...#', '#...#', '#####', '#...#', '#...#', '#...#'],
  ['.###.', '#...#', '#....', '#....', '#....', '#...#', '.###.'],
  ['#...#', '#...#', '.#.#.', '..#..', '..#..', '..#..', '..#..'],
]
const COLUMNS = LETTERS.length * 6 - 1

const word = ({ width, height }: SlateSize): string[] => {
  const dot = Math.max(1, Math.floor(Math.min(width / (COLUMNS * 1.6), (height * 0.2) / 7)))
  const [left, top] = [Math.floor((width - COLUMNS * dot) / 2), Math.floor((height - 7 * dot) / 2)]
  return LETTERS.flatMap((rows, letter) =>
    rows.flatMap((row, y) =>
      [...row.matchAll(/#+/g)].map(({ index, 0: run }) => {
        const [x, w] = [left + (letter * 6 + index) * dot, run.length * dot]
        return `drawbox=x=${x}:y=${top + y * dot}:w=${w}:h=${dot}:c=0xb4bac4:t=fill`
      }),
    ),
  )
}

export const slate = (size: SlateSize, publishUrl: string): ChildPlan => {
  const [y, u, v] = SLATE_YUV
  const card = `color=c=black:s=${size.width}x${size.height}:r=${FPS},trim=end_frame=1,format=yuv420p`
  const paint = [`geq=lum=${y}:cb=${u}:cr=${v}`, ...word(size)]
  const graph = [card, ...paint, 'loop=-1:1', `setpts=N/(${FPS}*TB)`, `select='not(mod(n\\,${EVERY}))'`].join(',')
  return {
    command: 'ffmpeg',
    args: [
      ...quiet,
      ...['-re', '-f', 'lavfi', '-i', graph, '-fps_mode', 'passthrough'],
      ...encodeVideo(FPS),
      ...publish(publishUrl),
    ],
  }
}
