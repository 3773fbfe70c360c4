// Asks for a recording while something moves. A watcher like any adapter: it knows facts and commands, no video.
import type { Fact } from '../camera/events.js'
import type { Cameras } from '../camera/ports.js'
import { sentenceOf } from '../lib/failure.js'
import type { Log } from '../lib/log.js'
import { keepsAs } from './picture-series.js'

export interface RecordOnMotionDeps {
  readonly cameras: Pick<Cameras, 'watch' | 'execute'>
  readonly log: Log
}

const BY = { adapter: 'record-on-motion' }

export const startRecordOnMotion = ({ cameras, log }: RecordOnMotionDeps): Disposable => {
  /** Cameras that record because we asked. */
  const asked = new Set<string>()
  const failed =
    (camera: string) =>
    (error: unknown): void =>
      log.warn({ camera, err: error }, `recording on motion: ${sentenceOf(error)}`)
  return cameras.watch('record-on-motion', (fact: Fact) => {
    if (fact.type !== 'state') return
    const { camera, state } = fact
    const { recording } = state.settings
    const { after_s } = recording
    const wanted = state.motion.active && keepsAs('video', recording)
    if (wanted === asked.has(camera)) return
    if (wanted) {
      asked.add(camera)
      const at = state.motion.since ?? fact.at
      cameras.execute(camera, { type: 'record', action: 'start', cause: 'motion', at }, BY).catch((error: unknown) => {
        asked.delete(camera)
        failed(camera)(error)
      })
    } else {
      asked.delete(camera)
      cameras.execute(camera, { type: 'record', action: 'stop', cause: 'motion', after_s }, BY).catch(failed(camera))
    }
  })
}
