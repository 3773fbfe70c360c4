// A camera that comes to us: somebody publishes to the camera's inlet (rtsp://…/<id>_push) with a password of its own,
// which opens nothing else. What arrives there is nobody's to see; main reads it.
import type { Slice } from '../lib/slice.js'
import { ownSound } from './sound.js'
import { defineSource } from './source.js'

export interface PushConfig {
  readonly kind: 'push'
  readonly username: string
  readonly password: string
  readonly audio: 'none' | 'camera'
}

const checkName = (value: unknown): void => {
  if (typeof value !== 'string' || !/^[\w.@-]{1,64}$/.test(value))
    throw new Error('must be the name of who publishes: 1 to 64 letters, digits and . @ _ -')
}

const checkPassword = (value: unknown): void => {
  if (typeof value !== 'string' || value.length < 8) throw new Error('must be a password of at least 8 letters')
}

export const push = defineSource<PushConfig>({
  kind: 'push',
  doc: 'Somebody publishes to us by RTSP: ffmpeg, OBS, a phone, another recorder',
  schema: {
    username: { doc: 'Who may publish', format: checkName, default: '' },
    password: { doc: 'With this password', format: checkPassword, default: '', sensitive: true },
    audio: ownSound,
  } satisfies Slice,
  controls: () => [],
  plan: ({ username, password, audio }, { inletUrl }) => ({
    sound: audio === 'camera',
    inlet: { name: username, password },
    main: { feed: 'pull', url: inletUrl, transport: 'tcp' },
  }),
})
