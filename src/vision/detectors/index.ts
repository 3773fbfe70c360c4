// The kinds of detectors that need no configuration, in the order of preference. The user's own model is defined by
// its options: see onnx.ts.
import { opencv } from './opencv.js'
import { picodet } from './picodet.js'
import { yunet } from './yunet.js'

/** Those that are models. */
export const modelDetectors = { picodet, yunet }

export const detectors = [picodet, yunet, opencv] as const
