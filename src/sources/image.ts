// The image settings as ffmpeg's filters: for sources whose pictures we encode.
import type { Image } from './source.js'

/** -100..100 to 0..2, where 1 leaves it as it is. */
export const gainOf = (value: number): number => 1 + value / 100

/** Filters, in their order; none when nothing is to be changed. */
export const imageFilters = ({ brightness, contrast, saturation, sharpness }: Image): readonly string[] => [
  ...(brightness || contrast || saturation
    ? [`eq=brightness=${brightness / 200}:contrast=${gainOf(contrast)}:saturation=${gainOf(saturation)}`]
    : []),
  // At -1.5 and 1.5 ffmpeg's own blur and sharpening end.
  ...(sharpness ? [`unsharp=5:5:${(sharpness * 1.5) / 100}:5:5:0`] : []),
]
