// What is known of the user's module: how it is and what it reports. Its state is also its part's health.
import type { CameraState } from '../state.js'
import { type Mind, type Outcome, type RuleInput, unchanged } from './mind.js'

export const processorRule = (mind: Mind, input: RuleInput): Outcome => {
  if (input.type !== 'processor') return unchanged(mind)
  const { state } = mind
  if (JSON.stringify(state.processor) === JSON.stringify(input.processor)) return unchanged(mind)
  const { processor: health, ...others } = state.health
  const next: CameraState = {
    ...state,
    processor: input.processor,
    health: input.processor ? { ...others, processor: healthOf(input.processor, health) } : others,
  }
  return {
    ...unchanged(mind),
    mind: { ...mind, state: next },
    notes:
      input.processor && input.processor.problem !== null && input.processor.problem !== state.processor?.problem
        ? [{ what: 'processor', decision: 'suppressed', reason: input.processor.problem }]
        : [],
  }
}

type Health = CameraState['health']['processor']

/** The same object when it says the same. */
const healthOf = ({ status, problem }: NonNullable<CameraState['processor']>, known: Health) =>
  known?.status === status && known.problem === problem ? known : { status, problem }
