// Asks for a recording while a thing that detection found is there and something moves: what came to stay, as a parked
// car, does not keep it running. A watcher like any adapter.
import type { Sighting } from '../camera/events.js'
import type { Cameras } from '../camera/ports.js'
import type { CameraState } from '../camera/state.js'
import type { Log } from '../lib/log.js'
import { createRecordingHold } from './recording-hold.js'

export interface RecordOnSightingDeps {
  readonly cameras: Pick<Cameras, 'watch' | 'execute' | 'state'>
  readonly log: Log
}

export const startRecordOnSighting = ({ cameras, log }: RecordOnSightingDeps): Disposable => {
  const hold = createRecordingHold('sighting', cameras, log)
  /** The tracks of each camera that are there. */
  const there = new Map<string, Set<number>>()

  const onSighting = (camera: string, { phase, track, since }: Sighting): void => {
    const tracks = there.get(camera) ?? new Set()
    there.set(camera, tracks)
    const { recording } = cameras.state(camera).settings
    if (phase === 'began') {
      tracks.add(track)
      if (keepsSightings(recording)) hold.start(camera, since)
    } else {
      tracks.delete(track)
      if (tracks.size === 0) hold.stop(camera, recording.after_s)
    }
  }
  const onState = (
    camera: string,
    { motion, settings }: CameraState,
    previous: CameraState | null,
    at: number,
  ): void => {
    const isStill = settings.motion.enabled && previous?.motion.active === true && !motion.active
    if (isStill || !keepsSightings(settings.recording)) hold.stop(camera, settings.recording.after_s)
    else if (motion.active && !previous?.motion.active && there.get(camera)?.size)
      hold.start(camera, motion.since ?? at)
  }
  return cameras.watch('record-on-sighting', (fact) => {
    if (fact.type === 'state') onState(fact.camera, fact.state, fact.previous, fact.at)
    else if (fact.event.type === 'sighting') onSighting(fact.camera, fact.event.sighting)
  })
}

const keepsSightings = ({ on, as }: CameraState['settings']['recording']): boolean =>
  on.includes('sighting') && as !== 'pictures'
