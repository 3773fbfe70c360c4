// A camera that gives JPEGs over HTTP: as a stream of them (multipart, MJPEG), or one for each question (a snapshot
// address). Which it is its answer tells. We fetch them (pipeline/http-pictures.ts), ffmpeg encodes them.
import { imageControls } from '../camera/settings.js'
import { range, type Slice } from '../lib/slice.js'
import { bitrateOption, type EncoderChoice, encodeBy, encoderOption } from './encoder.js'
import { decodeAsSent, EVEN, publish, quiet } from './ffmpeg-args.js'
import { imageFilters } from './image.js'
import { listen, mapWithMicrophone, microphone } from './sound.js'
import { defineSource } from './source.js'

export interface HttpMjpegConfig {
  readonly kind: 'http-mjpeg'
  readonly url: string
  readonly username: string | null
  readonly password: string | null
  readonly check_certificate: boolean
  readonly fps: number
  readonly encoder: EncoderChoice
  readonly bitrate: number
  readonly audio: string
}

const checkUrl = (value: unknown): void => {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new Error('must be an address like http://camera.local/video.mjpg (http or https)')
}

const checkText = (value: unknown): void => {
  if (typeof value !== 'string' || value === '') throw new Error('must be text')
}

export const httpMjpeg = defineSource<HttpMjpegConfig>({
  kind: 'http-mjpeg',
  doc: 'A camera that gives MJPEG or single JPEGs over HTTP',
  schema: {
    url: { doc: 'Address of the MJPEG stream or of the snapshot', format: checkUrl, default: '', sensitive: true },
    username: { doc: 'User, for Basic or Digest', format: checkText, default: null, nullable: true },
    password: { doc: 'Its password', format: checkText, default: null, nullable: true, sensitive: true },
    check_certificate: {
      doc: 'https: refuse a certificate that nobody vouches for, as most cameras have',
      format: 'Boolean',
      default: true,
    },
    fps: {
      doc: 'Questions a second, where the address gives one picture at a time',
      format: range(0.1, 30),
      default: 5,
      unit: '0.1–30',
    },
    encoder: encoderOption,
    bitrate: bitrateOption,
    audio: microphone,
  } satisfies Slice,
  controls: () => imageControls,
  plan: (config, { publishUrl, image, mask }) => {
    const { url, username, password, fps, check_certificate: checkCertificate, encoder, bitrate, audio } = config
    const filters = [EVEN, ...imageFilters(image), ...(mask ? [mask.filter] : [])]
    return {
      sound: audio !== 'none',
      main: {
        feed: 'child',
        input: { from: 'http', pictures: { url, username, password, fps, checkCertificate } },
        child: {
          command: 'ffmpeg',
          args: [
            ...quiet,
            ...decodeAsSent,
            // The stream has no times of its own: a picture is as old as its arrival.
            ...['-probesize', '32', '-analyzeduration', '0', '-use_wallclock_as_timestamps', '1'],
            ...['-f', 'mpjpeg', '-protocol_whitelist', 'pipe', '-i', 'pipe:0'],
            ...listen(audio),
            ...mapWithMicrophone(audio),
            ...['-vf', filters.join(',')],
            ...encodeBy(encoder, bitrate),
            ...publish(publishUrl('main')),
          ],
        },
      },
    }
  },
})
