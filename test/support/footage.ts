// Real footage with known truth, beside the repository (never in it). CI has it; elsewhere a test that needs it is
// skipped by name.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

export const footage = (name: string): string => resolve('..', 'shared', 'footage', name)

/** The folder of the model files, as `nightjar models pull` would fill it. */
export const models = resolve('..', 'shared', 'models')

/** Whether to skip: not in CI, where missing footage must fail. */
export const withoutFootage = !process.env.CI && !existsSync(footage('walkers.mp4'))
