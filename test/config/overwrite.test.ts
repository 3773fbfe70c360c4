// Live settings in the text of nightjar.yaml: what changes, and that nothing else does.
import { describe, expect, it } from 'vitest'
import { changeSettings, type SettingsChange } from '../../src/camera/settings.js'
import { overwriteSettings } from '../../src/config/overwrite.js'
import { defaultSettings } from '../support/settings.js'

const write = (text: string, change: SettingsChange, id = 'porch'): string =>
  overwriteSettings(text, [{ id, from: defaultSettings, to: changeSettings(defaultSettings, change) }])

describe('overwriting', () => {
  it('keeps comments, order and style', () => {
    const text = `# The house of Ada
http: {port: 8080} # the page

cameras:
  # At the door
  - id: porch
    source: {kind: test-pattern}
    motion:
      # wind in the tree
      trigger_level: 5 # was 8
    recording: {on: [motion]}
  - id: yard
    source: {kind: test-pattern}
`
    const change = { motion: { trigger_level: 7 }, recording: { on: [] as const }, night: { mode: 'day' } } as const
    expect(write(text, change)).toBe(
      text
        .replace('trigger_level: 5', 'trigger_level: 7')
        .replace('{on: [motion]}\n', '{on: []}\n    night:\n      mode: day\n'),
    )
  })

  it('returns the very text when nothing differs', () => {
    const text = 'cameras:   [ {id: porch, source: {kind: test-pattern} }]\n'
    expect(write(text, {})).toBe(text)
  })

  it('keeps a list that is not indented as it is', () => {
    const text = 'cameras:\n- id: porch\n  source: {kind: test-pattern}\n'
    expect(write(text, { jpeg: { quality: 90 } })).toBe(`${text}  jpeg:\n    quality: 90\n`)
  })

  it('begins groups that were empty', () => {
    const text = 'cameras:\n  - id: porch\n    motion:\n    source: {kind: test-pattern}\n'
    expect(write(text, { motion: { frames: 3 } })).toContain('    motion:\n      frames: 3\n')
  })

  it('leaves what others share by an anchor to them', () => {
    const text = `cameras:
  - id: yard
    source: {kind: test-pattern}
    motion: &calm
      trigger_level: 5
      frames: 5
  - id: porch
    source: {kind: test-pattern}
    motion: *calm
`
    const written = write(text, { motion: { trigger_level: 9 } })
    expect(written).toContain('motion: &calm\n      trigger_level: 5\n')
    expect(written).toContain('    motion:\n      trigger_level: 9\n      frames: 5\n')
  })

  it('writes zones with their corners on one line', () => {
    const zone = { id: 'drive', name: 'Drive', color: '#f2c14e', use: 'motion', enabled: true, sensitivity: 1 } as const
    const points = [
      [0, 0],
      [50, 0],
      [0, 50],
    ] as const
    const written = write('cameras:\n  - id: porch\n    source: {kind: test-pattern}\n', {
      zones: [{ ...zone, points }],
    })
    expect(written).toContain('    zones:\n      - id: drive\n')
    expect(written).toContain('points: [[0, 0], [50, 0], [0, 50]]')
  })

  it('refuses a camera that does not stand there', () => {
    expect(() => write('cameras: []\n', { jpeg: { quality: 90 } })).toThrow(
      "the camera porch can't be found in the file's list of cameras",
    )
  })
})
