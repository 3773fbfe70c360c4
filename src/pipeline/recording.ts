// The recorder follows the camera's state: it runs while any cause holds the recording.
import type { CameraState } from '../camera/state.js'
import type { Clock } from '../lib/clock.js'
import type { Recorder } from '../media/recorder.js'

/** `at`: wall ms of the change. */
export const followRecording = (
  recorder: Recorder,
  clock: Clock,
  previous: CameraState['recording'] | null,
  { recording, settings }: CameraState,
  at: number,
): void => {
  if (recording === previous) return
  const { active, causes, since, before_s = settings.recording.before_s } = recording
  if (active && !previous?.active) {
    recorder.start({ trigger: clock.toMono(since ?? at), before_s, causes })
  } else if (active) {
    recorder.causesChanged(causes)
  } else if (previous?.active) {
    recorder.stop(clock.toMono(at))
  }
}
