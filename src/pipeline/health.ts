// One word on a part that runs once for each stream: broken if any is, else starting if any is.
import type { PartHealth } from '../camera/state.js'
import type { JobHealth } from '../lib/supervise.js'
import type { StreamName } from '../sources/source.js'

export interface Healths {
  /** What to tell about the part now. */
  hear(stream: StreamName, health: JobHealth): PartHealth
}

const OF: Readonly<Record<StreamName, string>> = { main: '', sub: 'sub-stream: ', ring: 'small stream for the ring: ' }

export const createHealths = (): Healths => {
  const known = new Map<StreamName, PartHealth>()
  return {
    hear: (stream, health) => {
      const problem = health.status === 'broken' ? health.problem : null
      known.set(stream, {
        status: health.status,
        problem: problem === null ? null : `${OF[stream]}${problem}`,
      })
      const all = (['main', 'sub', 'ring'] as const).flatMap((name) => known.get(name) ?? [])
      const worst = (['broken', 'starting'] as const).flatMap(
        (status) => all.find((one) => one.status === status) ?? [],
      )
      return worst[0] ?? { status: 'working', problem: null }
    },
  }
}
