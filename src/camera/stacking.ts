// Of how many pictures a snapshot is the mean: as whoever asks says, or by the camera's settings at night.
import { Failure } from '../lib/failure.js'
import type { Command } from './commands.js'
import type { CameraState } from './state.js'

export const STACKED = { least: 2, most: 60, default: 10 } as const

/** Failure 'invalid' when it is no number of pictures to stack. */
export const checkFrames = (frames: unknown): number => {
  const { least, most } = STACKED
  if (typeof frames !== 'number' || !Number.isInteger(frames) || frames < least || frames > most)
    throw new Failure('invalid', `frames must be a whole number from ${least} to ${most}`)
  return frames
}

/** Undefined: one picture, as it is. */
export const picturesIn = (
  command: Extract<Command, { type: 'snapshot' | 'stack' }>,
  { settings, light }: Pick<CameraState, 'settings' | 'light'>,
): number | undefined => {
  if (command.type === 'stack') return checkFrames(command.frames ?? STACKED.default)
  // What moves must not be smeared: pictures of an event stay as they are.
  if (command.causes?.length || command.at !== undefined) return undefined
  return settings.night.stack_snapshots && light.mode === 'night' ? STACKED.default : undefined
}
