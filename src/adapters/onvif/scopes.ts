// What a camera is, as addresses: what WS-Discovery searches by and GetScopes tells. Profile/Streaming is what Home
// Assistant and older recorders look for; no other profile is claimed.
import type { Identity } from './identity.js'

const scope = (rest: string): string => `onvif://www.onvif.org/${rest}`

export const scopesOf = ({ mac, serial }: Pick<Identity, 'mac' | 'serial'>, name: string): readonly string[] => [
  scope('Profile/Streaming'),
  scope('type/video_encoder'),
  scope('type/Network_Video_Transmitter'),
  scope('hardware/Nightjar'),
  scope(`name/${encodeURIComponent(name)}`),
  scope('location/'),
  scope(`mac/${mac}`),
  scope(`SerialNumber/${serial}`),
]

/** Whether a scope is at or below the one that is searched for: segment by segment (WS-Discovery 5.1, rfc3986). */
export const isBelow = (have: string, wanted: string): boolean => {
  const parts = (text: string): string[] => text.replace(/\/+$/, '').split('/')
  const [mine, theirs] = [parts(have), parts(wanted)]
  // Scheme and authority don't mind case.
  return theirs.every((part, index) =>
    index < 3 ? part.toLowerCase() === mine[index]?.toLowerCase() : part === mine[index],
  )
}
