// A video file as a camera, once or over and over. The publisher's standard output is a line per packet with its
// checksum (ffmpeg's framecrc): when the first packet comes again, the loop began anew.
import { imageControls } from '../camera/settings.js'
import type { Slice } from '../lib/slice.js'
import { decodeAsSent, EVEN, encodeAtOwnRate, encodeVideo, publish, quiet } from './ffmpeg-args.js'
import { imageFilters } from './image.js'
import type { Mask } from './mask.js'
import { AAC, ownSound } from './sound.js'
import { defineSource, type Image } from './source.js'

export interface FileConfig {
  readonly kind: 'file'
  readonly path: string
  readonly loop: boolean
  readonly transcode: boolean
  /** Default none. */
  readonly audio?: 'none' | 'camera'
}

const TRANSCODED_FPS = 25

const checkPath = (value: unknown): void => {
  if (typeof value !== 'string' || value.trim() === '') throw new Error('must be the path of a video file')
}

const encodeOrCopy = (transcode: boolean, image: Image, mask: Mask | null): readonly string[] => {
  if (!transcode && !mask) return ['-c:v', 'copy']
  const filters = transcode ? [`fps=${TRANSCODED_FPS}`, EVEN, ...imageFilters(image)] : [EVEN]
  const encode = transcode ? encodeVideo(TRANSCODED_FPS) : encodeAtOwnRate
  return ['-vf', [...filters, ...(mask ? [mask.filter] : [])].join(','), ...encode]
}

export const file = defineSource<FileConfig>({
  kind: 'file',
  doc: 'A video file, played at its own speed',
  schema: {
    path: { doc: 'The video file', format: checkPath, default: '' },
    loop: { doc: 'Begin again at the end; otherwise the camera goes offline there', format: 'Boolean', default: true },
    transcode: {
      doc: 'Encode to H.264; needed unless the file holds H.264 or H.265 without B-frames',
      format: 'Boolean',
      default: false,
    },
    audio: ownSound,
  } satisfies Slice,
  controls: ({ transcode }) => (transcode ? imageControls : []),
  plan: ({ path, loop, transcode, audio }, { publishUrl, image, mask }) => ({
    sound: audio === 'camera',
    main: {
      feed: 'child',
      child: {
        command: 'ffmpeg',
        args: [
          ...quiet,
          ...(mask && !transcode ? decodeAsSent : []),
          ...['-re', '-stream_loop', loop ? '-1' : '0', '-protocol_whitelist', 'file', '-i', `file:${path}`],
          ...['-map', '0:v:0', ...(audio === 'camera' ? ['-map', '0:a:0?', ...AAC] : [])],
          ...encodeOrCopy(transcode, image, mask),
          ...publish(publishUrl('main')),
          ...['-map', '0:v:0', '-c', 'copy', '-flush_packets', '1', '-f', 'framecrc', 'pipe:1'],
        ],
      },
      ...(loop ? { loops: true } : { ends: 'the file has ended' }),
    },
  }),
})
