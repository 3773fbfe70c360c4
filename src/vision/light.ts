// How dark the picture is: 0 (bright) .. 255 (black), from its mean luma. Whether that makes a night is the rules' part.
import type { Eye } from './eye.js'

const EVERY = 7
// Video luma runs from 16 to 235.
const BLACK = 16
const RANGE = 219

export const createLightEye = (): Eye<{ dark: number }> => ({
  look: ({ data, width, height }) => {
    const end = width * height
    let sum = 0
    let count = 0
    for (let at = 0; at < end; at += EVERY) {
      sum += data[at] ?? 0
      count++
    }
    const bright = ((sum / Math.max(1, count) - BLACK) / RANGE) * 255
    return { dark: 255 - Math.min(255, Math.max(0, bright)) }
  },
  forget: () => {},
})
