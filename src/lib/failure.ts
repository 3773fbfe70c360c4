// An expected error: one code from a closed list and a sentence for a person. Each adapter maps every code to its
// own protocol in a Record<FailureCode, …>, so a new code does not compile until all of them have decided.

export type FailureCode =
  | 'invalid' // what was asked or configured is wrong
  | 'unauthorized' // nobody, or a wrong password
  | 'forbidden' // somebody, without the right
  | 'not-found'
  | 'refused' // right question, wrong moment or state
  | 'too-many' // slow down
  | 'too-large'
  | 'unavailable' // the camera, gateway, broker or child is away: try later
  | 'timeout'
  | 'storage' // disk full, read-only or broken

export class Failure extends Error {
  override readonly name = 'Failure'
  constructor(
    readonly code: FailureCode,
    sentence: string,
    options: { cause?: unknown } = {},
  ) {
    super(sentence, options)
  }
}

/** The sentence of anything thrown, for state and answers. */
export const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
