// Asks for a recording while something moves. A watcher like any adapter: it knows facts and commands, no video.
import type { Cameras } from '../camera/ports.js'
import type { Log } from '../lib/log.js'
import { keepsAs } from './picture-series.js'
import { createRecordingHold } from './recording-hold.js'

export interface RecordOnMotionDeps {
  readonly cameras: Pick<Cameras, 'watch' | 'execute'>
  readonly log: Log
}

export const startRecordOnMotion = ({ cameras, log }: RecordOnMotionDeps): Disposable => {
  const hold = createRecordingHold('motion', cameras, log)
  return cameras.watch('record-on-motion', (fact) => {
    if (fact.type !== 'state') return
    const { camera, at } = fact
    const { motion, settings } = fact.state
    const { recording } = settings
    if (motion.active && keepsAs('video', recording)) hold.start(camera, motion.since ?? at)
    else hold.stop(camera, recording.after_s)
  })
}
