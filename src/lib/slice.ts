// The shape of a configuration slice: what convict reads, plus what the generated page and the doors need. Each owner
// defines its slice beside its code; config/schema puts them together. An option named `path`, `…_path` or `…_file`
// names a file: a relative one counts from the configuration file's folder.

export interface Option {
  readonly doc: string
  /** A convict format: a type name, a list of allowed values, or a checking function that throws a sentence. */
  readonly format: string | readonly unknown[] | ((value: unknown) => void)
  readonly default: unknown
  readonly nullable?: boolean
  /** Never printed. A slice with an option `x` marked so also takes `x_file` (a file that holds it). */
  readonly sensitive?: boolean
  readonly env?: string
  /** A unit or range for the documentation: "seconds", "0–255". */
  readonly unit?: string
}

export interface Slice {
  readonly [name: string]: Option | Slice
}

/** A checking function: a number from min to max. */
export const range =
  (min: number, max: number, whole = false) =>
  (value: unknown): void => {
    const good = typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max
    if (!good || (whole && !Number.isInteger(value))) {
      throw new Error(`must be a ${whole ? 'whole number' : 'number'} from ${min} to ${max}`)
    }
  }

/** A checking function: a program and its arguments, for a child without a shell; empty: none. */
export const checkCommand = (value: unknown): void => {
  const good = Array.isArray(value) && value.every((word) => typeof word === 'string' && !word.includes('\0'))
  if (!good || value[0] === '') throw new Error('must be a list: a program, then its arguments, all text')
}
