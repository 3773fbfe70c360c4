// The eyes at work: each frame is looked at once, at once, and what was seen is learnt by the camera.
import type { Camera } from '../camera/camera.js'
import { sentenceOf } from '../lib/failure.js'
import type { Frame } from '../lib/frame.js'
import type { Log } from '../lib/log.js'
import { createLightEye } from '../vision/light.js'
import { createMotionEye } from '../vision/motion.js'
import { type Detecting, isWanted } from './detecting.js'

export interface Looking {
  onFrame(frame: Frame): void
  /** The source began anew at this mono ms: what the eyes learnt is no longer true. */
  seam(mono: number): void
}

/** Around a seam, frames from before and after it may arrive in doubtful order. */
const BLIND_MS = 200

/** `detecting` hears what moves, too, also while nobody wants motion itself. */
export const createLooking = (camera: Camera, log: Log, detecting?: Pick<Detecting, 'onLooked' | 'seam'>): Looking => {
  const motion = createMotionEye()
  const light = createLightEye()
  let blindUntil = 0
  let failing = false
  let { mode } = camera.state().light
  const look = (frame: Frame): void => {
    const { settings, light: seenLight } = camera.state()
    // Night's own change of the light (filter, lamp, shutter) is nothing that moves.
    if (seenLight.mode !== mode) motion.forget()
    mode = seenLight.mode
    const { enabled, min_area } = settings.motion
    const seen = enabled || isWanted(settings) ? motion.look(frame, { zones: settings.zones, min_area }) : null
    camera.learn({
      type: 'looked',
      mono: frame.mono,
      motion: enabled ? seen : null,
      dark: light.look(frame).dark,
    })
    if (seen) detecting?.onLooked(frame.mono, seen)
  }
  return {
    onFrame: (frame) => {
      if (frame.mono < blindUntil) return
      try {
        look(frame)
        failing = false
      } catch (error) {
        // An eye that fails must not end the tap: recording and live view go on.
        if (!failing)
          log.error({ err: error, camera: camera.id }, `${camera.id} can't be looked at: ${sentenceOf(error)}`)
        failing = true
      }
    },
    seam: (mono) => {
      blindUntil = mono + BLIND_MS
      motion.forget()
      light.forget()
      detecting?.seam()
      camera.learn({ type: 'seam' })
    },
  }
}
