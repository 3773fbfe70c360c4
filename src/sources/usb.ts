// A camera at this machine that speaks V4L2: a webcam or a capture stick. H.264 of its own is copied, MJPEG and raw
// pictures are encoded. `nightjar doctor` lists what each device can do.
import { imageControls } from '../camera/settings.js'
import { range, type Slice } from '../lib/slice.js'
import { bitrateOption, type EncoderChoice, encodeBy, encoderOption } from './encoder.js'
import { decodeAsSent, EVEN, publish, quiet } from './ffmpeg-args.js'
import { imageFilters } from './image.js'
import { listen, mapWithMicrophone, microphone } from './sound.js'
import { defineSource } from './source.js'

export interface UsbConfig {
  readonly kind: 'usb'
  readonly device: string
  readonly format: 'mjpeg' | 'raw' | 'h264'
  readonly width: number
  readonly height: number
  readonly fps: number
  readonly encoder: EncoderChoice
  readonly bitrate: number
  readonly audio: string
}

const checkDevice = (value: unknown): void => {
  if (typeof value !== 'string' || !/^\/dev\/[\w./:+-]+$/.test(value) || value.includes('..'))
    throw new Error('must be a device such as /dev/video0, or a lasting name of it in /dev/v4l/by-id')
}

/** As V4L2's ffmpeg input calls them; raw pictures of any kind come as what every camera has. */
const INPUT_FORMAT = { mjpeg: 'mjpeg', raw: 'yuyv422', h264: 'h264' } as const

export const usb = defineSource<UsbConfig>({
  kind: 'usb',
  doc: 'A USB camera, or anything else that Linux shows as /dev/video… (V4L2)',
  schema: {
    device: { doc: 'The camera', format: checkDevice, default: '/dev/video0' },
    format: {
      doc: 'What the camera is asked for: mjpeg (large pictures over USB 2), raw (YUYV), or h264, which is only copied',
      format: ['mjpeg', 'raw', 'h264'],
      default: 'mjpeg',
    },
    width: { doc: 'Width of the picture', format: range(32, 7680, true), default: 1280, unit: 'pixels' },
    height: { doc: 'Height of the picture', format: range(32, 4320, true), default: 720, unit: 'pixels' },
    fps: { doc: 'Pictures a second', format: range(1, 120), default: 25 },
    encoder: encoderOption,
    bitrate: bitrateOption,
    audio: microphone,
  } satisfies Slice,
  controls: ({ format }) => (format === 'h264' ? [] : imageControls),
  plan: (config, { publishUrl, image, mask }) => {
    const { device, format, width, height, fps, encoder, bitrate, audio } = config
    const copied = format === 'h264' && !mask
    const filters = [EVEN, ...(format === 'h264' ? [] : imageFilters(image)), ...(mask ? [mask.filter] : [])]
    return {
      sound: audio !== 'none',
      main: {
        feed: 'child',
        child: {
          command: 'ffmpeg',
          args: [
            ...quiet,
            ...(copied ? [] : decodeAsSent),
            ...['-f', 'v4l2', '-input_format', INPUT_FORMAT[format], '-framerate', String(fps)],
            ...['-video_size', `${width}x${height}`, '-protocol_whitelist', 'file', '-i', device],
            ...listen(audio),
            ...mapWithMicrophone(audio),
            ...(copied ? ['-c:v', 'copy'] : ['-vf', filters.join(','), ...encodeBy(encoder, bitrate)]),
            ...publish(publishUrl('main')),
          ],
        },
      },
    }
  },
})
