// A camera that is shut, because it is private or stopped: what it refuses, in one sentence for all who ask.
import { Failure } from '../lib/failure.js'
import type { CameraSettings } from './settings.js'
import type { CameraState } from './state.js'

/** Nothing of it is seen, kept or looked at. */
export const isShut = ({ privacy, capture }: Pick<CameraSettings, 'privacy' | 'capture'>): boolean =>
  privacy.enabled || !capture.enabled

type Known = Pick<CameraState, 'id' | 'settings'> | undefined

/** Throws a Failure 'refused' while the camera is stopped; `what` says what is not done. */
export const refuseStopped = (state: Known, what: string): void => {
  if (state && !state.settings.capture.enabled)
    throw new Failure('refused', `${state.id} is stopped: ${what} until it is started`)
}

/** Throws a Failure 'refused' while the camera is shut; `what` says what is not done. */
export const refuseShut = (state: Known, what: string): void => {
  refuseStopped(state, what)
  if (state?.settings.privacy.enabled)
    throw new Failure('refused', `${state.id} is private: ${what} until privacy is switched off`)
}
