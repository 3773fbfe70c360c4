// What single options of a command can't be, in one sentence for all doors.
import { Failure, sentenceOf } from '../lib/failure.js'
import { range } from '../lib/slice.js'
import type { Command } from './commands.js'

const bounds = {
  before_s: range(0, 120),
  duration_s: range(1, 86_400),
  after_s: range(0, 600),
} as const

/** Failure 'invalid' when a time is out of bounds. */
export const checkRecord = (command: Extract<Command, { type: 'record' }>): void => {
  for (const [key, check] of Object.entries(bounds)) {
    const value = command[key as keyof typeof bounds]
    if (value === undefined) continue
    try {
      check(value)
    } catch (error) {
      throw new Failure('invalid', `${key} ${sentenceOf(error)}, in seconds`)
    }
  }
}

/** Failure 'invalid' when this wall ms is still to come. */
export const checkPast = (what: string, wall: number, now: number): void => {
  if (!(wall <= now)) throw new Failure('invalid', `${what} must be a time that has been`)
}
