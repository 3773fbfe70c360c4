// Whether a change that somebody asks for (HTTP, MQTT, a settings file) is one that a camera can take: every problem
// at once, each with its path. Applying it is the camera's.
import { checkSlice, formatProblem, type Problem } from '../lib/check.js'
import { Failure } from '../lib/failure.js'
import { type CameraSettings, changeSettings, type SettingsChange } from './settings.js'
import { cameraSettingsSchema } from './settings-schema.js'
import { completeZone } from './zones.js'

/** What single options can't say: rules between two of them. */
export const settingsConflicts = ({ night }: CameraSettings): readonly Problem[] =>
  night.bright_threshold < night.dark_threshold
    ? []
    : [
        {
          path: 'night.bright_threshold',
          sentence: `must be below night.dark_threshold (${night.dark_threshold}), not ${night.bright_threshold}`,
        },
      ]

/** The change, typed; a Failure 'invalid' that lists all that is wrong with it. */
export const checkSettingsChange = (change: unknown, current: CameraSettings): SettingsChange => {
  const problems: Problem[] = []
  const report = (problem: Problem): void => void problems.push(problem)
  const checked = checkSlice(cameraSettingsSchema, change, '', report, { defaults: false }) as SettingsChange
  if (problems.length === 0) problems.push(...settingsConflicts(changeSettings(current, checked)))
  if (problems.length > 0) throw new Failure('invalid', problems.map(formatProblem).join('\n'))
  return checked.zones ? { ...checked, zones: checked.zones.map(completeZone) } : checked
}
