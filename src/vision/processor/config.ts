// What a camera's `processor` may say, and its short form: only the module's path. In the file only: it names a program.
import { isPlain } from '../../lib/check.js'
import { range, type Slice } from '../../lib/slice.js'

export interface ProcessorConfig {
  /** Absolute. */
  readonly path: string
  readonly always: boolean
  /** Pictures are at most so wide. */
  readonly width: number
  /** Pictures a second, at most. */
  readonly fps: number
  /** For one picture, the way there and back included. */
  readonly limit_ms: number
}

const checkPath = (value: unknown): void => {
  if (typeof value !== 'string' || !/\.(mjs|cjs|js|mts|ts)$/.test(value))
    throw new Error('must be the path of a module (.mjs, .js, .cjs or .ts)')
}

export const processorSchema = {
  path: {
    doc: 'A module of yours that works on the annotated picture (docs/processor.md)',
    format: checkPath,
    default: null,
  },
  always: { doc: 'Let it work also while nobody watches', format: 'Boolean', default: false },
  width: {
    doc: 'Width of its pictures, at most; with a processor the annotated stream has this width',
    format: range(64, 3840, true),
    default: 1280,
    unit: 'pixels, 64–3840',
  },
  fps: { doc: 'Its pictures a second, at most', format: range(0.1, 60), default: 25, unit: '0.1–60' },
  limit_ms: {
    doc: 'Time for one picture; a module that takes longer is stopped and started anew',
    format: range(50, 60_000, true),
    default: 1000,
    unit: 'milliseconds, 50–60000',
  },
} as const satisfies Slice

/** `processor: ./my.mjs` is short for `processor: {path: ./my.mjs}`. */
export const completeProcessor = (camera: unknown): unknown =>
  isPlain(camera) && typeof camera.processor === 'string'
    ? { ...camera, processor: { path: camera.processor } }
    : camera
