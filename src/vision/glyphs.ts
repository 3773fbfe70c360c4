// A small stroke font of our own: sharp at any size, and no font needed on the machine. Gives the lines of each letter;
// overlay-text turns them into pixels.

// Each glyph: its width, then strokes. A stroke is points "xy", hexadecimal: y 0 is the top of capitals, 3 of small
// letters, 8 the base line, a the bottom of descenders. "~" rounds the corners of a stroke, a single point is a dot.
const FONT: Readonly<Record<string, string>> = {
  A: '6 083068 1555',
  B: '5 0800 ~001050541404 ~041454581808',
  C: '5 ~525000085856',
  D: '5 0800 ~001050581808',
  E: '4 40000848 0434',
  F: '4 400008 0434',
  G: '5 ~525000085854 5434',
  H: '5 0008 5058 0454',
  I: '0 0008',
  J: '4 ~4044480806',
  K: '5 0008 5005 2358',
  L: '4 000848',
  M: '6 0800356068',
  N: '5 08005850',
  O: '6 ~300008686030',
  P: '5 0800 ~001050541404',
  Q: '6 ~300008686030 4669',
  R: '5 0800 ~001050541404 2458',
  S: '5 ~5150000454580807',
  T: '6 0060 3038',
  U: '5 ~000408585450',
  V: '6 003860',
  W: '8 0028416880',
  X: '5 0058 5008',
  Y: '6 003460 3438',
  Z: '5 00500858',
  a: '4 4348 ~444303084847',
  b: '4 0008 ~040343480807',
  c: '4 ~444303084847',
  d: '4 4048 ~444303084847',
  e: '4 0545 ~454303084847',
  f: '3 ~30101318 0333',
  g: '4 ~444303084847 ~43474a0a09',
  h: '4 0008 ~0503434648',
  i: '0 0308 01',
  ı: '0 0308',
  j: '2 ~23272a0a 21',
  k: '4 0008 4306 1548',
  l: '2 ~00040828',
  m: '6 0308 ~0503333638 ~3533636668',
  n: '4 0308 ~0503434648',
  o: '4 ~230308484323',
  p: '4 030a ~040343480807',
  q: '4 434a ~444303084847',
  r: '3 0308 ~050333',
  s: '4 ~4443030546480807',
  t: '3 ~11151838 0333',
  u: '4 ~0305084846 4348',
  v: '4 032843',
  w: '6 0318345863',
  x: '4 0348 4308',
  y: '4 0328 431a',
  z: '4 03430848',
  ß: '4 ~0800404323 ~23444818',
  ø: '4 ~230308484323 4803',
  Ø: '6 ~300008686030 6800',
  '0': '4 ~200008484020',
  '1': '4 022028 0848',
  '2': '4 ~0200404408 0848',
  '3': '4 ~0100404424 ~2444480807',
  '4': '4 38300646',
  '5': '4 400004 ~040343480807',
  '6': '4 ~4140000848440406',
  '7': '4 004018',
  '8': '4 ~200004444020 ~240408484424',
  '9': '4 ~0708484000044442',
  ' ': '2',
  '.': '0 08',
  ',': '1 1809',
  ':': '0 04 08',
  ';': '1 14 1809',
  '-': '3 0535',
  '–': '4 0545',
  _: '4 0949',
  '/': '4 0840',
  '\\': '4 0048',
  '|': '0 0009',
  '%': '6 6008 ~100003232010 ~554548686555',
  '+': '4 0545 2327',
  '=': '4 0444 0646',
  '*': '4 2327 0446 4406',
  '#': '5 2018 4038 0353 0555',
  '&': '6 68121030 ~1210304204060838 3865',
  "'": '0 0002',
  '"': '2 0002 2022',
  '(': '2 ~20030528',
  ')': '2 ~00232508',
  '[': '2 20000929',
  ']': '2 00202909',
  '<': '4 430547',
  '>': '4 034507',
  '!': '0 0005 08',
  '?': '4 ~0100404325 28',
  '°': '2 ~100002222010',
  '\u0300': '2 0022',
  '\u0301': '2 2002',
  '\u0302': '2 021022',
  '\u0303': '2 ~02002220',
  '\u0308': '2 01 21',
  '\u030a': '2 ~100002222010',
  '\u030c': '2 001220',
  '\u0327': '2 181a0a',
}

const CEDILLA = '\u0327'
/** From the top of a letter up to where its accent's grid begins. */
const ACCENT_ROOM = 3.7

export type Point = readonly [number, number]

/** Lines on a grid where capitals are `CAPITAL` high, y downward from their top. */
export interface Shape {
  readonly width: number
  readonly strokes: readonly (readonly Point[])[]
}

export const CAPITAL = 8

/** Whether every letter of it can be drawn. */
export const canDraw = (text: string): boolean => [...text.normalize('NFD')].every((part) => part in FONT)

/** Letters with their accents; what the font does not know becomes a question mark. */
export const lettersOf = (text: string): string[] =>
  (text.normalize('NFD').match(/\P{M}\p{M}*/gu) ?? []).map((letter) => (canDraw(letter) ? letter : '?'))

const shapes = new Map<string, Shape>()

/** The lines of one of `lettersOf`. */
export const shapeOf = (letter: string): Shape => {
  const known = shapes.get(letter)
  if (known) return known
  const [base = '?', ...marks] = letter
  const shape = marks.reduce(addMark, parseShape(base === 'i' && marks.length > 0 ? 'ı' : base))
  shapes.set(letter, shape)
  return shape
}

/** Accents stand centred above the letter: higher above capitals. */
const addMark = ({ width, strokes }: Shape, mark: string): Shape => {
  const accent = parseShape(mark)
  const top = Math.min(...strokes.flat().map(([, y]) => y))
  const [dx, dy] = [(width - accent.width) / 2, mark === CEDILLA ? 0 : top - ACCENT_ROOM]
  const placed = accent.strokes.map((stroke) => stroke.map(([x, y]): Point => [x + dx, y + dy]))
  return { width, strokes: [...strokes, ...placed] }
}

const parseShape = (letter: string): Shape => {
  const [width, ...strokes] = (FONT[letter] ?? '').split(' ')
  return { width: Number(width), strokes: strokes.filter((stroke) => stroke !== '').map(parseStroke) }
}

const parseStroke = (text: string): readonly Point[] => {
  const points = (text.match(/[0-9a-f]{2}/g) ?? []).map(
    ([x = '0', y = '0']): Point => [parseInt(x, 16), parseInt(y, 16)],
  )
  return text.startsWith('~') ? rounded(points) : points
}

const STEPS = 8

/** A quadratic B-spline: begins and ends on the first and last point, touches the middle of the sides between. */
const rounded = (points: readonly Point[]): readonly Point[] => {
  const line: Point[] = points.slice(0, 1)
  points.slice(1, -1).forEach((control, i) => {
    const from = line.at(-1) ?? control
    const after = points[i + 2] ?? control
    const to: Point = i + 3 === points.length ? after : [(control[0] + after[0]) / 2, (control[1] + after[1]) / 2]
    for (let step = 1; step <= STEPS; step++) {
      const t = step / STEPS
      const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2]
      line.push([a * from[0] + b * control[0] + c * to[0], a * from[1] + b * control[1] + c * to[1]])
    }
  })
  return line
}
