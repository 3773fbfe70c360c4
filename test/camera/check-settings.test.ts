import { describe, expect, it } from 'vitest'
import { checkSettingsChange } from '../../src/camera/check-settings.js'
import { Failure } from '../../src/lib/failure.js'
import { defaultSettings } from '../support/settings.js'

const current = defaultSettings

const problemsOf = (change: unknown): string[] => {
  try {
    checkSettingsChange(change, current)
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'invalid') throw error
    return error.message.split('\n')
  }
  return []
}

describe('a change of settings', () => {
  it('is given back as it came when all of it fits', () => {
    const change = { motion: { trigger_level: 12.5, enabled: false }, recording: { on: [] }, night: { mode: 'night' } }
    expect(checkSettingsChange(change, current)).toEqual(change)
    expect(checkSettingsChange({}, current)).toEqual({})
  })

  it.each<[unknown, string[]]>([
    [{ motion: { trigger_level: 'high' } }, ['motion.trigger_level: must be a number from 1 to 100, not "high"']],
    [{ motion: { trigger_level: '12' } }, ['motion.trigger_level: must be a number from 1 to 100, not "12"']],
    [{ motion: { trigger_level: 0 } }, ['motion.trigger_level: must be a number from 1 to 100, not 0']],
    [{ motion: { frames: 2.5 } }, ['motion.frames: must be a whole number from 1 to 50, not 2.5']],
    [{ motion: { enabled: 'off' } }, ['motion.enabled: must be true or false, not "off"']],
    [{ motion: { enabled: null } }, ['motion.enabled: must be true or false, not null']],
    [{ motion: null }, ['motion: must be a group of options, not null']],
    [{ motion: [1] }, ['motion: must be a group of options, not [1]']],
    [{ motion: { triger_level: 5 } }, ['motion.triger_level: is not an option; did you mean trigger_level?']],
    [{ Motion: {} }, ['Motion: is not an option; did you mean motion?']],
    [
      { zzz: 1 },
      [
        'zzz: is not an option; there are capture, image, motion, detection, night, recording, save, jpeg, overlay, privacy, zones',
      ],
    ],
    [
      JSON.parse('{"__proto__": {"x": 1}}'),
      [
        '__proto__: is not an option; there are capture, image, motion, detection, night, recording, save, jpeg, overlay, privacy, zones',
      ],
    ],
    [{ night: { mode: 'nigth' } }, ['night.mode: must be auto, day or night, not "nigth" (did you mean night?)']],
    [
      { recording: { on: ['noise'] } },
      ['recording.on: must be a list of motion, sighting (or an empty list), not ["noise"]'],
    ],
    [
      { night: { bright_threshold: 200 } },
      ['night.bright_threshold: must be below night.dark_threshold (200), not 200'],
    ],
    [{ jpeg: { quality: Number.NaN } }, ['jpeg.quality: must be a whole number from 1 to 100, not null']],
    ['all', ['must be a group of options, not "all"']],
    [null, ['must be a group of options, not null']],
  ])('%j is refused with its path', (change, problems) => {
    expect(problemsOf(change)).toEqual(problems)
  })

  it('is judged against the settings of now, not the defaults', () => {
    expect(problemsOf({ night: { dark_threshold: 150, bright_threshold: 140 } })).toEqual([])
    expect(problemsOf({ night: { dark_threshold: 150 } })).toHaveLength(1)
  })

  it('hears of all its problems at once', () => {
    const problems = problemsOf({ motion: { frames: 0, hold: 1 }, jpeg: { quality: 101 }, x: 1 })
    expect(problems.map((line) => line.split(':')[0])).toEqual(['x', 'motion.hold', 'motion.frames', 'jpeg.quality'])
  })
})
