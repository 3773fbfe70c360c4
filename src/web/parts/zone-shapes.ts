// What can be done to a zone's corners, in percent of the picture: pure.

export type Corner = readonly [x: number, y: number]

/** A rectangle from one corner to the opposite one, clockwise from its upper left. */
export const cornersBetween = ([ax, ay]: Corner, [bx, by]: Corner): readonly Corner[] => {
  const [left, right] = [Math.min(ax, bx), Math.max(ax, bx)]
  const [top, bottom] = [Math.min(ay, by), Math.max(ay, by)]
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ]
}

/** All of them, as far as the picture goes. */
export const moveAll = (points: readonly Corner[], dx: number, dy: number): readonly Corner[] => {
  const room = (of: readonly number[], by: number): number =>
    Math.min(100 - Math.max(...of), Math.max(-Math.min(...of), by))
  const x = room(
    points.map(([at]) => at),
    dx,
  )
  const y = room(
    points.map(([, at]) => at),
    dy,
  )
  return points.map(([atX, atY]) => [tenth(atX + x), tenth(atY + y)])
}

const tenth = (value: number): number => Math.round(value * 10) / 10

export const withCorner = (points: readonly Corner[], after: number, corner: Corner): readonly Corner[] =>
  points.toSpliced(after + 1, 0, corner)

export const withoutCorner = (points: readonly Corner[], corner: number): readonly Corner[] =>
  points.toSpliced(corner, 1)

/** Whether two places are more than `apart` pixels from each other in a picture of that size on the screen. */
export const isFar = ([ax, ay]: Corner, [bx, by]: Corner, width: number, height: number, apart: number): boolean =>
  Math.hypot(((ax - bx) * width) / 100, ((ay - by) * height) / 100) > apart
