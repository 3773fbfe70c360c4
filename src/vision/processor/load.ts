// Loads a user's module and finds its function; says in a sentence what is missing.
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ProcessorContext } from './context.js'
import type { Pixels } from './draw.js'

/** What users write. Gives the picture back, or only its bytes, or nothing: then `frame.data` counts; null: unchanged. */
export type ProcessImage = (frame: Frame, context: ProcessorContext) => unknown

/** A picture that users may change. */
export interface Frame extends Pixels {
  data: Uint8Array
}

const NAMES = ['process_image', 'processImage'] as const

/** Throws an error with a sentence, or whatever the module throws while it is loaded. */
export const loadModule = async (path: string): Promise<ProcessImage> => {
  if (!existsSync(path)) throw new Error(`there is no file ${path}`)
  const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript)
  if (/\.m?ts$/.test(path) && !stripsTypes) {
    const what = `this Node (${process.versions.node}) does not run TypeScript`
    throw new Error(`${what}: use Node 22.18 or newer, or save it as ${basename(path).replace(/\.m?ts$/, '.mjs')}`)
  }
  const module = (await import(pathToFileURL(path).href)) as Record<string, unknown>
  const inner = module.default as Record<string, unknown> | undefined
  for (const from of [module, inner]) {
    for (const name of NAMES) {
      const found = from?.[name]
      if (typeof found === 'function') return found as ProcessImage
      if (found !== undefined) throw new Error(`${name} is not a function`)
    }
  }
  const exported = Object.keys(module).join(', ')
  throw new Error(`it exports ${exported ? `${exported}, but ` : ''}no function ${NAMES.join(' or ')}`)
}

/** The pixels to send back; nothing when the picture stays as it was. Throws a sentence on anything else. */
export const pixelsOf = (result: unknown, frame: Frame, size: Pixels): Uint8Array | undefined => {
  if (result === null) return undefined
  const given = result === undefined ? frame : result
  const data = given instanceof Uint8Array || given instanceof Uint8ClampedArray ? given : (given as Frame).data
  const { width = size.width, height = size.height } = given as Partial<Pixels>
  const bytes = size.width * size.height * 3
  const wanted = `it must return ${bytes} bytes (${size.width} × ${size.height} × 3), such a frame, or nothing`
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray))
    throw new TypeError(`process_image returned ${describe(result)}: ${wanted}`)
  if (width !== size.width || height !== size.height)
    throw new RangeError(`process_image returned a picture of ${width} × ${height}: ${wanted}`)
  if (data.length !== bytes) throw new RangeError(`process_image returned ${data.length} bytes: ${wanted}`)
  return data instanceof Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.length)
}

const describe = (value: unknown): string => {
  if (typeof value === 'string') return 'text'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object without pixels' : String(value)
}
