// One box per thing from the many that models give: non-maximum suppression per label (Neubeck and Van Gool 2006),
// over all views of a picture. A box cut by a view's side yields to a whole one, whatever their scores.
import type { Detection } from '../../camera/objects.js'
import { areaOf, likeness, overlapOf } from '../../lib/box.js'

export interface Candidate extends Detection {
  /** Whether a side of its view cuts it. */
  readonly cut: boolean
}

/** Boxes of one label that are as alike as this are the same thing. */
const SAME = 0.5
/** So much of a cut box inside another one: a part of it. */
const PART = 0.6

const same = (kept: Candidate, other: Candidate): boolean => {
  if (kept.label !== other.label) return false
  if (likeness(kept.box, other.box) > SAME) return true
  return other.cut && areaOf(overlapOf(kept.box, other.box)) > PART * areaOf(other.box)
}

/** Best first. */
export const merge = (candidates: readonly Candidate[]): Detection[] => {
  const inTurn = [...candidates].sort((a, b) => Number(a.cut) - Number(b.cut) || b.score - a.score)
  const kept: Candidate[] = []
  for (const candidate of inTurn) if (!kept.some((other) => same(other, candidate))) kept.push(candidate)
  return kept.sort((a, b) => b.score - a.score).map(({ label, score, box }) => ({ label, score, box }))
}
