// What a camera in privacy mode refuses, in one sentence for all who ask.
import { Failure } from '../lib/failure.js'
import type { CameraState } from './state.js'

/** Throws a Failure 'refused' while the camera is private; `what` says what is not done. */
export const refusePrivate = (state: Pick<CameraState, 'id' | 'settings'> | undefined, what: string): void => {
  if (state?.settings.privacy.enabled)
    throw new Failure('refused', `${state.id} is private: ${what} until privacy is switched off`)
}
