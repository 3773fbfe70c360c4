// Which of MediaMTX's paths are open, for the privacy guards. No I/O: what is decided here becomes rights (rights.ts).
//
// MediaMTX knows no "held until it is proven", so rights do it. A guarded path is closed at first: our publisher may
// publish, only the proof reads. To be admitted it is locked, so that nobody can publish any more; if its publisher is
// then still the one that was proven, it is opened, and stays locked for publishers. So nobody can take the place of what
// was proven while others read. When that publisher is gone, the path is closed again (MediaMTX ends its readers itself).
import type { PathSpec } from '../gateway.js'
import type { MediamtxPath } from '../mediamtx-api.js'
import type { PathRight } from './rights.js'

type Gate =
  | { readonly is: 'free' }
  /** Its guard or kind has changed: nobody in or out until MediaMTX has let go of everybody. */
  | { readonly is: 'shut' }
  | { readonly is: 'closed' }
  | { readonly is: 'locked' | 'open'; readonly publisher: string | undefined }

export interface Gates {
  readonly specs: readonly PathSpec[]
  /** From now on these, and only these. */
  set(specs: readonly PathSpec[]): void
  /** Paths that MediaMTX must let go of before anybody comes in again. */
  shut(): readonly string[]
  /** MediaMTX has let go of them. */
  release(names: readonly string[]): void
  /** MediaMTX was out of sight: what was about to be opened has to begin anew. What is open stays so for its publisher. */
  recover(): void
  /** Whether a publisher may be admitted; the path is then locked. `publisher`: who it was; undefined: it is not known. */
  lock(path: string, guard: string, publisher: string | undefined): boolean
  /** `publisher`: who publishes now that nobody else can come. Whether the path is open. */
  decide(path: string, publisher: string | undefined): boolean
  /** Closes those whose proven publisher is gone. */
  look(paths: readonly MediamtxPath[]): void
  /** Whether its video is for readers. */
  isOpen(path: string): boolean
  rights(): readonly PathRight[]
}

const guardOf = (spec: PathSpec): string | undefined => (spec.feed === 'publish' ? spec.guard : undefined)

/** Who comes in, and for whom: everybody must go when this changes. */
const footing = (spec: PathSpec): string =>
  JSON.stringify([spec.feed, guardOf(spec), spec.feed === 'inlet' ? spec.publisher : null])

export const createGates = (): Gates => {
  let held = new Map<string, { readonly spec: PathSpec; readonly gate: Gate }>()
  const put = (name: string, gate: Gate): void => {
    const one = held.get(name)
    if (one) held.set(name, { ...one, gate })
  }
  const restOf = (spec: PathSpec): Gate => ({ is: guardOf(spec) === undefined ? 'free' : 'closed' })
  const rightOf = ({ spec, gate }: { readonly spec: PathSpec; readonly gate: Gate }): PathRight => {
    const { name } = spec
    if (gate.is === 'shut') return { name, readers: 'none', publish: false }
    if (spec.feed === 'inlet') return { name, readers: 'house', publish: false, guest: spec.publisher }
    const readers = gate.is === 'free' || gate.is === 'open' ? 'all' : 'none'
    return { name, readers, publish: spec.feed === 'publish' && (gate.is === 'free' || gate.is === 'closed') }
  }
  return {
    get specs() {
      return [...held.values()].map(({ spec }) => spec)
    },
    set: (specs) => {
      held = new Map(
        specs.map((spec) => {
          const old = held.get(spec.name)
          const gate = !old ? restOf(spec) : footing(old.spec) === footing(spec) ? old.gate : { is: 'shut' as const }
          return [spec.name, { spec, gate }]
        }),
      )
    },
    shut: () => [...held].flatMap(([name, { gate }]) => (gate.is === 'shut' ? [name] : [])),
    release: (names) => {
      for (const name of names) {
        const one = held.get(name)
        if (one?.gate.is === 'shut') put(name, restOf(one.spec))
      }
    },
    recover: () => {
      for (const [name, { gate }] of held) if (gate.is === 'locked') put(name, { is: 'shut' })
    },
    lock: (path, guard, publisher) => {
      const one = held.get(path)
      if (one?.gate.is !== 'closed' || guardOf(one.spec) !== guard) return false
      put(path, { is: 'locked', publisher })
      return true
    },
    decide: (path, publisher) => {
      const gate = held.get(path)?.gate
      if (gate?.is !== 'locked') return false
      const same = publisher !== undefined && gate.publisher === publisher
      put(path, same ? { is: 'open', publisher: gate.publisher } : { is: 'closed' })
      return same
    },
    look: (paths) => {
      for (const [name, { gate }] of held) {
        if (gate.is !== 'open') continue
        const now = paths.find((path) => path.name === name)
        if (!now?.available || now.source?.id !== gate.publisher) put(name, { is: 'closed' })
      }
    },
    isOpen: (path) => {
      const one = held.get(path)
      return one !== undefined && rightOf(one).readers !== 'none'
    },
    rights: () => [...held.values()].map(rightOf),
  }
}
