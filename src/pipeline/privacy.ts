// What a camera's privacy settings ask of its pipeline, as data. Pure.
//
// How nothing gets out: the gateway's path carries a guard, a word for what must be hidden. When it changes the gateway
// lets go of publisher and history in the same moment, and from then on gives the path's video to nobody but the proof,
// until that has seen in it what the guard stands for. What the ring held from before is let go, too: it could rightly
// be seen then, but whoever asks after the answer gets nothing from before it. Kept recordings and snapshots stay.
import type { CameraSettings } from '../camera/settings.js'
import { cornersOf } from '../camera/zones.js'
import type { Polygon } from '../sources/mask.js'

export interface Privacy {
  /** The camera is off, and a slate is shown. */
  readonly enabled: boolean
  /** What is hidden while it is on: fractions of the picture. */
  readonly polygons: readonly Polygon[]
}

/** What must be seen in the video. */
export type Proof = { readonly of: 'slate' } | { readonly of: 'mask'; readonly polygons: readonly Polygon[] }

export const privacyOf = ({ privacy, zones }: Pick<CameraSettings, 'privacy' | 'zones'>): Privacy => ({
  enabled: privacy.enabled,
  polygons: zones.filter(({ use, enabled }) => use === 'privacy' && enabled).map(cornersOf),
})

export const proofOf = ({ enabled, polygons }: Privacy): Proof | null =>
  enabled ? { of: 'slate' } : polygons.length > 0 ? { of: 'mask', polygons } : null

/** The guard of a stopped camera, which has no path to be guarded. */
export const STOPPED = 'stopped'

/** What may be seen of a camera with these settings: a change of it closes what was open. */
export const shownAs = (settings: CameraSettings): string | null =>
  settings.capture.enabled ? guardOf(proofOf(privacyOf(settings))) : STOPPED

/** Two are the same when the same is hidden. */
export const guardOf = (proof: Proof | null): string | null => (proof ? JSON.stringify(proof) : null)
