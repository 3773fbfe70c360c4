// Edge view: the picture as a drawing of light. What stands upright glows turquoise, what lies flat glows amber.
//
//   processor: {path: ./edges.mjs, width: 640}
//
// Sobel's filter on the brightness, in plain loops over typed arrays: a few milliseconds for a picture 640 pixels wide.

/** How much is cut off at the bottom (noise) and how strongly the rest glows. */
const NOISE = 26
const GLOW = 1.1
/** How much of the picture shines through, 0..1. */
const DIM = 0.2

const UPRIGHT = [70, 235, 215]
const FLAT = [255, 176, 70]

/** For each strength of an edge how it glows, and for each brightness what shines through: 0..255. */
const glow = Uint8Array.from({ length: 2048 }, (_, strength) => Math.min(255, Math.max(0, strength - NOISE) * GLOW))
const night = [0.75, 0.9, 1.25].map((tint) => Uint8Array.from({ length: 256 }, (_, luma) => luma * DIM * tint))

let luma = new Uint8Array(0)

export const process_image = ({ data, width, height }) => {
  if (luma.length !== width * height) luma = new Uint8Array(width * height)
  const grey = luma
  for (let i = 0, at = 0; i < grey.length; i++, at += 3) {
    grey[i] = (data[at] * 77 + data[at + 1] * 150 + data[at + 2] * 29) >> 8
  }
  const [ur, ug, ub] = UPRIGHT
  const [fr, fg, fb] = FLAT
  const [nr, ng, nb] = night
  for (let y = 0; y < height; y++) {
    const here = y * width
    const above = y > 0 ? here - width : here
    const below = y < height - 1 ? here + width : here
    // The columns left of, at and right of the pixel: each is read once and handed on.
    let a1 = grey[above]
    let a2 = a1
    let b1 = grey[here]
    let b2 = b1
    let c1 = grey[below]
    let c2 = c1
    for (let x = 0, at = here * 3; x < width; x++, at += 3) {
      const right = x < width - 1 ? x + 1 : x
      const a3 = grey[above + right]
      const b3 = grey[here + right]
      const c3 = grey[below + right]
      let across = a3 + 2 * b3 + c3 - a1 - 2 * b1 - c1
      let down = c1 + 2 * c2 + c3 - a1 - 2 * a2 - a3
      if (across < 0) across = -across
      if (down < 0) down = -down
      const light = glow[across > down ? across + (down >> 1) : down + (across >> 1)]
      if (light === 0) {
        data[at] = nr[b2]
        data[at + 1] = ng[b2]
        data[at + 2] = nb[b2]
      } else {
        const upright = ((across << 8) / (across + down)) | 0
        const flat = 256 - upright
        const rest = 255 - light
        data[at] = (light * ((ur * upright + fr * flat) >> 8) + rest * nr[b2]) >> 8
        data[at + 1] = (light * ((ug * upright + fg * flat) >> 8) + rest * ng[b2]) >> 8
        data[at + 2] = (light * ((ub * upright + fb * flat) >> 8) + rest * nb[b2]) >> 8
      }
      a1 = a2
      a2 = a3
      b1 = b2
      b2 = b3
      c1 = c2
      c2 = c3
    }
  }
}
