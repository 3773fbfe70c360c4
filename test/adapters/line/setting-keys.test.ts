// Keys and words of `set`: ours, those of the Python service, and those that only the file has.
import { describe, expect, it } from 'vitest'
import { parseSetting } from '../../../src/adapters/line/setting-keys.js'
import { checkSettingsChange } from '../../../src/camera/check-settings.js'
import { defaultSettings } from '../../support/settings.js'

const usb = { id: 'desk', kind: 'usb', options: ['device', 'format', 'width', 'height', 'fps'] }
const rtsp = { id: 'yard', kind: 'rtsp', options: ['url', 'transport'] }

describe('a setting', () => {
  it.each([
    ['night.bright_threshold', '45', { night: { bright_threshold: 45 } }],
    ['night.dark_threshold', '210.5', { night: { dark_threshold: 210.5 } }],
    ['night.min_dark_frames', '5', { night: { min_dark_frames: 5 } }],
    ['night.mode', 'NIGHT', { night: { mode: 'night' } }],
    ['night.enabled', 'false', { night: { mode: 'day' } }],
    ['night.enabled', 'true', { night: { mode: 'auto' } }],
    ['motion.enabled', 'off', { motion: { enabled: false } }],
    ['recording.on', 'motion, sighting', { recording: { on: ['motion', 'sighting'] } }],
    ['recording.on', 'none', { recording: { on: [] } }],
    ['export.auto_save_interval_s', '3600', { save: { every_s: 3600 } }],
    ['export.stack_dark_frames', 'true', { night: { stack_snapshots: true } }],
    ['export.stack_count', '8', { save: { stack_at_night: 8 } }],
    ['export.pre_trigger_s', '5', { recording: { before_s: 5 } }],
    ['export.post_trigger_s', '5', { recording: { after_s: 5 } }],
    ['zones', '[]', { zones: [] }],
    ['detection.filters', '{"person":{"score":0.6}}', { detection: { filters: { person: { score: 0.6 } } } }],
  ])('%s %s is a change that fits', (key, word, change) => {
    const parsed = parseSetting(key, word, usb)
    expect(parsed).toEqual(change)
    expect(() => checkSettingsChange(parsed, defaultSettings)).not.toThrow()
  })

  it.each([
    ['camera.framerate', usb, 'it is source.fps of desk in nightjar.yaml'],
    ['camera.width', usb, 'it is source.width of desk in nightjar.yaml'],
    ['camera.height', rtsp, "camera.height can't be set for yard: a camera of kind rtsp decides on that by itself"],
    ['camera.codec', usb, 'it is source.format of desk in nightjar.yaml'],
    ['night.exposure_us', rtsp, 'decides on that by itself'],
    ['ring.size', usb, 'it is ring.seconds and ring.width of the camera in nightjar.yaml'],
    ['export.base_dir', usb, 'it is data (or storage.path) in nightjar.yaml'],
    ['export.formats', usb, 'is said with each picture here: save png, save jpg'],
    ['logging.level', usb, 'it is logging.level in nightjar.yaml'],
    ['network.port', usb, 'it is line.port in nightjar.yaml'],
  ])('%s is refused with its place', (key, source, sentence) => {
    expect(() => parseSetting(key, '5', source)).toThrow(
      expect.objectContaining({ code: 'refused', message: expect.stringContaining(sentence) }),
    )
  })

  it.each([
    ['motion.triger_level', 'there is no setting motion.triger_level; did you mean motion.trigger_level?'],
    ['__proto__.x', 'there is no setting __proto__.x'],
    ['motion', 'there is no setting motion'],
  ])('%s is not known', (key, sentence) => {
    expect(() => parseSetting(key, '5', usb)).toThrow(sentence)
  })

  it.each([
    ['motion.trigger_level', 'high', 'motion.trigger_level: must be a number from 1 to 100, not "high"'],
    ['motion.trigger_level', '101', 'must be a number from 1 to 100'],
    ['motion.enabled', 'constructor', 'motion.enabled: must be true or false'],
    ['night.bright_threshold', '220', 'must be below night.dark_threshold'],
  ])('%s %s does not fit, as everywhere', (key, word, sentence) => {
    expect(() => checkSettingsChange(parseSetting(key, word, usb), defaultSettings)).toThrow(sentence)
  })

  it('that is broken JSON is told as that', () => {
    expect(() => parseSetting('zones', '[{', usb)).toThrow('the value begins like JSON, but is none')
  })
})
