// Which of an ONVIF camera's profiles are its main and its small stream. Pure: from what the camera answered to two
// tokens. By size, because names and order mean nothing.
import { Failure } from '../lib/failure.js'
import { at, listOf } from './onvif-session.js'

export interface OnvifProfile {
  readonly token: string
  readonly name: string
  readonly encoding: string
  readonly width: number
  readonly height: number
  /** Of the video source that it shows. */
  readonly source: string
}

/** Narrower than this the eyes see too little. */
const LEAST_WIDTH = 320

/** Those with video, from agsh's answer to GetProfiles. */
export const readProfiles = (answer: unknown): readonly OnvifProfile[] =>
  listOf(answer).flatMap((profile) => {
    const encoder = at(profile, 'videoEncoderConfiguration')
    const token = at(profile, '$', 'token')
    if (encoder === undefined || token === undefined) return []
    return [
      {
        token: String(token),
        name: String(at(profile, 'name') ?? token),
        encoding: String(at(encoder, 'encoding') ?? ''),
        width: Number(at(encoder, 'resolution', 'width') ?? 0),
        height: Number(at(encoder, 'resolution', 'height') ?? 0),
        source: String(at(profile, 'videoSourceConfiguration', 'sourceToken') ?? ''),
      },
    ]
  })

const tell = (profiles: readonly OnvifProfile[]): string =>
  profiles.length === 0
    ? 'it has no profile with video'
    : `it has ${profiles.map(({ name, encoding, width, height }) => `${name} (${encoding} ${width}x${height})`).join(', ')}`

const area = ({ width, height }: OnvifProfile): number => width * height

/**
 * The largest H.264 profile and, of the same video source, the smallest that is at least 320 wide. `main` and `sub`:
 * auto, or a token or name; `sub` may be none. Failure 'refused' when there is none such.
 */
export const chooseProfiles = (
  profiles: readonly OnvifProfile[],
  wanted: { readonly main: string; readonly sub: string },
): { readonly main: OnvifProfile; readonly sub: OnvifProfile | null } => {
  const named = (word: string): OnvifProfile => {
    const found = profiles.find(({ token, name }) => token === word || name === word)
    if (!found) throw new Failure('refused', `the camera has no profile ${word}: ${tell(profiles)}`)
    return found
  }
  const h264 = profiles.filter(({ encoding }) => encoding.toUpperCase() === 'H264').sort((a, b) => area(b) - area(a))
  const main = wanted.main === 'auto' ? h264[0] : named(wanted.main)
  if (!main)
    throw new Failure('refused', `the camera has no H.264 profile: ${tell(profiles)}; set one to H.264 on its own page`)
  if (wanted.sub === 'none') return { main, sub: null }
  if (wanted.sub !== 'auto') return { main, sub: named(wanted.sub) }
  const smaller = h264.filter(
    (one) => one.source === main.source && one.width >= LEAST_WIDTH && area(one) > 0 && area(one) < area(main),
  )
  return { main, sub: smaller.at(-1) ?? null }
}
