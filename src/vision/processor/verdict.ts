// Whether a processor works, as people should hear it: a problem once, not with every picture, and its end only when
// pictures have been good for a while. Decides; does no I/O.
import type { PartHealth } from '../../camera/state.js'
import { tell } from './trouble.js'
import type { Trouble } from './wire.js'

export interface Verdict {
  /** The module is new, or was changed: what was wrong with it counts no more. */
  starting(): void
  loaded(): void
  /** A picture came back well. */
  good(): void
  /** A problem with loading is over once it is loaded; any other when pictures have been good for a while. */
  bad(trouble: Trouble, when: 'loading' | 'working'): void
}

export interface VerdictDeps {
  /** The module's file name. */
  readonly module: string
  /** Monotonic milliseconds. */
  now(): number
  /** Called when status or problem change. */
  onChange(health: PartHealth): void
}

/** Pictures must be good for so long. */
const CALM = 3000
/** Another problem is told at the earliest after this: a module may fail differently with every picture. */
const NEXT = 2000

export const createVerdict = ({ module, now, onChange }: VerdictDeps): Verdict => {
  let status: PartHealth['status'] | undefined
  let problem: { readonly key: string; readonly when: 'loading' | 'working' } | undefined
  let lastBad = 0
  let toldAt = 0
  const become = (next: PartHealth['status'], words: string | null = null): void => {
    status = next
    onChange({ status: next, problem: words })
  }
  const healed = (): void => {
    problem = undefined
    if (status !== 'working') become('working')
  }
  return {
    starting: () => {
      problem = undefined
      if (status !== 'starting') become('starting')
    },
    loaded: () => {
      if (problem?.when !== 'working') healed()
    },
    good: () => {
      if (status !== 'working' && now() - lastBad >= CALM) healed()
    },
    bad: (trouble, when) => {
      lastBad = now()
      // The same line with another number in its message is the same problem.
      const key = `${when} ${trouble.place ?? trouble.sentence}`
      if (problem?.key === key || (problem && lastBad - toldAt < NEXT)) return
      problem = { key, when }
      toldAt = lastBad
      become('broken', tell(module, trouble))
    },
  }
}
