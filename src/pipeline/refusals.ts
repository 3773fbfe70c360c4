// What would be there without a filter, in the camera's trace: now and then for each label.
import type { Camera } from '../camera/camera.js'
import { type FilterSettings, refusalOf, scoreOf } from '../camera/detection-filters.js'
import type { Detection } from '../camera/objects.js'

const NOTE_MS = 10_000

/** Hears the findings of a look at this mono ms. */
export const createRefusals = (camera: Pick<Camera, 'learn'>) => {
  const notedAt = new Map<string, number>()
  return (found: readonly Detection[], filters: FilterSettings, mono: number): void => {
    for (const one of found) {
      const reason = one.score < scoreOf(one.label, filters) ? null : refusalOf(one, filters)
      if (reason === null || mono - (notedAt.get(one.label) ?? -Infinity) < NOTE_MS) continue
      notedAt.set(one.label, mono)
      camera.learn({ type: 'noted', note: { what: one.label, decision: 'suppressed', reason } })
    }
  }
}
