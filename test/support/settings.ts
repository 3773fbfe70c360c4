// The settings of a camera nobody has configured.
import type { CameraSettings } from '../../src/camera/settings.js'

export const defaultSettings: CameraSettings = {
  capture: { enabled: true },
  image: { brightness: 0, contrast: 0, saturation: 0, sharpness: 0 },
  motion: { enabled: true, trigger_level: 5, frames: 5, hold_s: 3, min_area: 0.02, trust: 'eyes' },
  detection: {
    enabled: false,
    labels: ['person', 'face'],
    score: 0.5,
    interval: 5,
    idle_s: 60,
    confirm: 2,
    filters: {},
  },
  night: {
    mode: 'auto',
    dark_threshold: 200,
    bright_threshold: 170,
    min_dark_frames: 20,
    dwell_s: 10,
    stack_snapshots: false,
  },
  recording: { before_s: 3, after_s: 3, max_s: 300, on: ['motion'], as: 'video', picture_every_s: 1 },
  save: { every_s: 0, stack_at_night: 10 },
  jpeg: { quality: 85 },
  overlay: { boxes: true, zones: true, level: true, name: true, time: true, marks: true },
  privacy: { enabled: false },
  zones: [],
}
