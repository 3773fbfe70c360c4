// One cause that holds the recordings of cameras: asks once for each start and each stop, and knows what it asked for.
import type { Cameras } from '../camera/ports.js'
import type { Cause } from '../camera/state.js'
import { sentenceOf } from '../lib/failure.js'
import type { Log } from '../lib/log.js'

export interface RecordingHold {
  holds(camera: string): boolean
  /** `at`: wall ms of the moment it is about. Nothing happens where it holds already. */
  start(camera: string, at: number): void
  /** `after_s`: how long it keeps recording. Nothing happens where it does not hold. */
  stop(camera: string, after_s: number): void
}

export const createRecordingHold = (cause: Cause, cameras: Pick<Cameras, 'execute'>, log: Log): RecordingHold => {
  const by = { adapter: `record-on-${cause}` }
  /** Cameras that record because we asked. */
  const asked = new Set<string>()
  const failed = (camera: string, error: unknown): void =>
    log.warn({ camera, err: error }, `recording on ${cause}: ${sentenceOf(error)}`)
  return {
    holds: (camera) => asked.has(camera),
    start: (camera, at) => {
      if (asked.has(camera)) return
      asked.add(camera)
      cameras.execute(camera, { type: 'record', action: 'start', cause, at }, by).catch((error: unknown) => {
        asked.delete(camera)
        failed(camera, error)
      })
    },
    stop: (camera, after_s) => {
      if (!asked.delete(camera)) return
      cameras
        .execute(camera, { type: 'record', action: 'stop', cause, after_s }, by)
        .catch((error: unknown) => failed(camera, error))
    },
  }
}
