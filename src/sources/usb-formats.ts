// What ffmpeg says a V4L2 device can do (`-f v4l2 -list_formats all`). Pure.

export interface DeviceFormat {
  /** As the option `format` has it; null for what we do not ask for. */
  readonly format: 'mjpeg' | 'raw' | 'h264' | null
  /** What ffmpeg calls it. */
  readonly name: string
  /** Such as 1280x720. */
  readonly sizes: readonly string[]
}

const KNOWN = { mjpeg: 'mjpeg', yuyv422: 'raw', h264: 'h264' } as const

/** Lines such as "[v4l2 @ 0x55] Compressed:       mjpeg :          Motion-JPEG : 1280x720 640x480". */
export const parseFormats = (text: string): readonly DeviceFormat[] =>
  [...text.matchAll(/\] (?:Raw|Compressed)\s*:\s*(\S+)\s*:[^:\n]*:([^\n]*)/g)].map(([, name = '', sizes = '']) => ({
    format: KNOWN[name as keyof typeof KNOWN] ?? null,
    name,
    sizes: sizes.match(/\d+x\d+/g) ?? [],
  }))
