// The media profiles of a camera: one for each of its streams, which are fixed, and those that clients make for
// themselves (Synology insists), which are kept in memory. Tokens never change: Home Assistant's entities are named by
// them.
import type { CameraStream, Encoding, StreamViews } from '../../camera/ports.js'
import type { CameraState } from '../../camera/state.js'
import { Fault, invalidValue, noSuch } from './fault.js'

export const SOURCE = 'video'
export const SOURCE_CONFIG = 'video_config'

export interface Profile {
  readonly token: string
  readonly name: string
  readonly fixed: boolean
  /** Whether it shows our one video source. */
  readonly source: boolean
  /** The stream whose encoder it has. */
  readonly stream: Stream | undefined
}

export interface Stream {
  readonly name: CameraStream['name']
  readonly path: string
  /** Of its encoder configuration. */
  readonly token: string
  /** As measured; before the first video as near as can be known. */
  readonly encoding: Encoding
}

export interface Profiles {
  streams(): readonly Stream[]
  list(): readonly Profile[]
  /** Faults 'NoProfile'. */
  find(token: string | undefined): Profile
  create(name: string, token?: string): Profile
  change(token: string | undefined, change: { readonly source?: boolean; readonly encoder?: string | null }): void
  remove(token: string | undefined): void
}

export const MOST_PROFILES = 8

const encoderToken = (name: CameraStream['name']): string => `${name}_encoder`

/** In place of a measurement. */
const guess = (name: CameraStream['name'], { media }: CameraState): Encoding => ({
  codec: 'h264',
  ...(name === 'main' ? { width: 1280, height: 720, ...media.video } : { width: 640, height: 360 }),
  fps: name === 'main' ? 25 : 10,
  gop: null,
  bitrate: name === 'main' ? 2_048_000 : 512_000,
  profile: null,
})

export const createProfiles = (state: () => CameraState, views: StreamViews): Profiles => {
  const made = new Map<string, { name: string; source: boolean; encoder: string | null }>()
  let count = 0

  const streams = (): readonly Stream[] =>
    views.streams(state().id).map(({ name, path, encoding }) => ({
      ...{ name, path, token: encoderToken(name) },
      encoding: encoding ?? guess(name, state()),
    }))
  const fixed = (): Profile[] =>
    streams().map((stream) => ({
      ...{ token: stream.name, name: stream.name === 'main' ? 'Main' : 'Sub', fixed: true, source: true, stream },
    }))
  const list = (): Profile[] => [
    ...fixed(),
    ...[...made].map(([token, { name, source, encoder }]) => ({
      ...{ token, name, fixed: false, source, stream: streams().find((one) => one.token === encoder) },
    })),
  ]
  const find = (token: string | undefined): Profile => {
    const found = list().find((one) => one.token === token)
    if (!found) throw noSuch('NoProfile', `There is no profile ${token ?? 'without a token'}`)
    return found
  }
  const own = (token: string | undefined) => {
    const { token: known } = find(token)
    const found = made.get(known)
    if (!found) throw new Fault('Sender', ['Action', 'DeletionOfFixedProfile'], `Profile ${known} is fixed`)
    return found
  }
  return {
    streams,
    list,
    find,
    create: (name, wanted) => {
      if (made.size >= MOST_PROFILES)
        throw new Fault('Receiver', ['Action', 'MaxNVTProfiles'], `There are ${MOST_PROFILES} made profiles already`)
      if (wanted !== undefined && !/^[\w.-]{1,64}$/.test(wanted))
        throw invalidValue('A token has 1 to 64 letters, digits, dots, dashes or underscores')
      count += 1
      const token = wanted || `made_${count}`
      if (list().some((one) => one.token === token))
        throw new Fault('Sender', ['InvalidArgVal', 'ProfileExists'], `There is a profile ${token} already`)
      made.set(token, { name: name.slice(0, 64), source: false, encoder: null })
      return find(token)
    },
    change: (token, { source, encoder }) => {
      if (encoder && !streams().some((one) => one.token === encoder))
        throw noSuch('NoConfig', `There is no video encoder configuration ${encoder}`)
      const { fixed: isFixed, source: hasSource, stream } = find(token)
      // A fixed one has what it has: only a change would be wrong.
      if (isFixed && (source ?? hasSource) === hasSource && (encoder ?? stream?.token) === stream?.token) return
      const profile = own(token)
      if (source !== undefined) profile.source = source
      if (encoder !== undefined) profile.encoder = encoder
    },
    remove: (token) => {
      own(token)
      made.delete(token ?? '')
    },
  }
}
