// Profiles and their configurations as XML. Every field is sent, also those that the schema lets out: recorders refuse
// what has no rate or bounds.
import type { Encoding } from '../../camera/ports.js'
import { type Xml, xml } from '../../lib/xml.js'
import { type Profile, type Profiles, SOURCE, SOURCE_CONFIG, type Stream } from './profiles.js'

export const frameRateOf = ({ fps }: Encoding): number => Math.max(1, Math.round(fps))
export const kilobitsOf = ({ bitrate }: Encoding): number => Math.max(1, Math.round(bitrate / 1000))

export const h264ProfileOf = ({ profile }: Encoding): string =>
  ['Baseline', 'Extended', 'High'].find((word) => profile?.includes(word)) ?? 'Main'

export const sizeXml = ({ width, height }: Encoding): Xml =>
  xml`<tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height>`

/** `<trt:Configurations>` or `<tt:VideoSourceConfiguration>`: the same in other clothes. */
const named = (element: string, token: string, inside: Xml): Xml => {
  const tag = { xml: `${element.startsWith('Video') ? 'tt' : 'trt'}:${element}` }
  return xml`<${tag} token="${token}">${inside}</${tag}>`
}

export const sourceConfigXml = (element: string, profiles: Profiles): Xml => {
  const { width, height } = profiles.streams()[0]?.encoding ?? { width: 0, height: 0 }
  const uses = profiles.list().filter(({ source }) => source).length
  return named(
    element,
    SOURCE_CONFIG,
    xml`<tt:Name>Video</tt:Name><tt:UseCount>${uses}</tt:UseCount><tt:SourceToken>${SOURCE}</tt:SourceToken><tt:Bounds x="0" y="0" width="${width}" height="${height}"/>`,
  )
}

const NO_MULTICAST = xml`<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address><tt:Port>0</tt:Port><tt:TTL>0</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>`

export const encoderXml = (element: string, { name, token, encoding }: Stream, profiles: Profiles): Xml => {
  const uses = profiles.list().filter(({ stream }) => stream?.token === token).length
  const h264 =
    encoding.codec === 'mjpeg'
      ? xml``
      : xml`<tt:H264><tt:GovLength>${encoding.gop ?? frameRateOf(encoding)}</tt:GovLength><tt:H264Profile>${h264ProfileOf(encoding)}</tt:H264Profile></tt:H264>`
  return named(
    element,
    token,
    xml`<tt:Name>${name === 'main' ? 'Main' : 'Sub'}</tt:Name><tt:UseCount>${uses}</tt:UseCount><tt:Encoding>${encoding.codec === 'mjpeg' ? 'JPEG' : 'H264'}</tt:Encoding><tt:Resolution>${sizeXml(encoding)}</tt:Resolution><tt:Quality>5</tt:Quality><tt:RateControl><tt:FrameRateLimit>${frameRateOf(encoding)}</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>${kilobitsOf(encoding)}</tt:BitrateLimit></tt:RateControl>${h264}${NO_MULTICAST}<tt:SessionTimeout>PT60S</tt:SessionTimeout>`,
  )
}

export const profileXml = (
  element: 'Profile' | 'Profiles',
  { token, name, fixed, source, stream }: Profile,
  profiles: Profiles,
): Xml => {
  const tag = { xml: element }
  const video = source ? sourceConfigXml('VideoSourceConfiguration', profiles) : xml``
  // ver10 has no word for H.265: such a profile has video, and no encoder.
  const encoder =
    stream && stream.encoding.codec !== 'h265' ? encoderXml('VideoEncoderConfiguration', stream, profiles) : xml``
  return xml`<trt:${tag} token="${token}" fixed="${fixed}"><tt:Name>${name}</tt:Name>${video}${encoder}</trt:${tag}>`
}
