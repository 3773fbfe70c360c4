// The Media service (ver10): profiles, and where their video and pictures are. Encoders are described as measured and
// can't be set: their source is configured in nightjar.yaml. There is no Media2: clients that find it use nothing else.
import { textAt, type Xml, type XmlElement, xml } from '../../lib/xml.js'
import { Fault, noSuch } from './fault.js'
import {
  encoderXml,
  frameRateOf,
  h264ProfileOf,
  kilobitsOf,
  profileXml,
  sizeXml,
  sourceConfigXml,
} from './media-xml.js'
import { type Call, defineOperations, type OperationTable } from './operation.js'
import { type Profile, SOURCE, SOURCE_CONFIG, type Stream } from './profiles.js'
import { mediaCapabilities } from './service-capabilities.js'

const profileToken = (body: XmlElement): string | undefined => textAt(body, 'ProfileToken')

/** Those that ver10 has a word for: H.265 is none of them. */
const encoders = ({ device: { profiles } }: Call): readonly Stream[] =>
  profiles.streams().filter(({ encoding }) => encoding.codec !== 'h265')

const encoder = (call: Call, token: string | undefined): Stream => {
  const found = encoders(call).find((stream) => stream.token === token)
  if (!found) throw noSuch('NoConfig', `There is no video encoder configuration ${token ?? 'without a token'}`)
  return found
}

const ourSource = (token: string | undefined): void => {
  if (token !== SOURCE_CONFIG)
    throw noSuch('NoConfig', `There is no video source configuration ${token ?? 'without a token'}`)
}

/** The stream that a profile shows; one that has no encoder of its own shows the main stream. */
const streamOf = ({ device: { profiles } }: Call, { token, source, stream }: Profile): Stream => {
  const found = stream ?? profiles.streams()[0]
  if (!source || !found)
    throw new Fault('Sender', ['Action', 'IncompleteConfiguration'], `Profile ${token} has no video`)
  return found
}

const mediaUri = (name: string, uri: string): Xml =>
  xml`<trt:${{ xml: name }}Response><trt:MediaUri><tt:Uri>${uri}</tt:Uri><tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:${{ xml: name }}Response>`

const sourceConfig = (call: Call): Xml => sourceConfigXml('Configurations', call.device.profiles)
const encoderList = (call: Call, streams: readonly Stream[]): Xml =>
  xml`${streams.map((stream) => encoderXml('Configurations', stream, call.device.profiles))}`

const range = (name: string, low: number, high = low): Xml =>
  xml`<tt:${{ xml: name }}><tt:Min>${low}</tt:Min><tt:Max>${high}</tt:Max></tt:${{ xml: name }}>`

/** What the encoder can do is what it does. */
const optionsOf = ({ encoding }: Stream): Xml => {
  const rates = xml`${range('FrameRateRange', frameRateOf(encoding))}${range('EncodingIntervalRange', 1)}`
  const sizes = xml`<tt:ResolutionsAvailable>${sizeXml(encoding)}</tt:ResolutionsAvailable>`
  return encoding.codec === 'mjpeg'
    ? xml`<tt:JPEG>${sizes}${rates}</tt:JPEG>`
    : xml`<tt:H264>${sizes}${range('GovLengthRange', encoding.gop ?? frameRateOf(encoding))}${rates}<tt:H264ProfilesSupported>${h264ProfileOf(encoding)}</tt:H264ProfilesSupported></tt:H264>`
}

/** Setting what is set already is no error: clients do so while they are set up. */
const checkUnchanged = ({ encoding }: Stream, wanted: XmlElement | undefined): void => {
  const is: readonly (readonly [readonly string[], string | number])[] = [
    [['Encoding'], encoding.codec === 'mjpeg' ? 'JPEG' : 'H264'],
    [['Resolution', 'Width'], encoding.width],
    [['Resolution', 'Height'], encoding.height],
    [['RateControl', 'FrameRateLimit'], frameRateOf(encoding)],
    [['RateControl', 'BitrateLimit'], kilobitsOf(encoding)],
  ]
  for (const [path, value] of is) {
    const given = textAt(wanted, ...path)
    if (given !== undefined && given !== String(value))
      throw new Fault(
        'Sender',
        ['InvalidArgVal', 'ConfigModify'],
        `${path.join(' ')} is ${value}: nightjar.yaml sets it`,
      )
  }
}

/** Of what no camera here has: an empty list. */
const none = (...names: readonly string[]): OperationTable =>
  Object.fromEntries(
    names.map((name) => [
      name,
      { access: 'READ_MEDIA', note: 'none', answer: () => xml`<trt:${{ xml: name }}Response/>` } as const,
    ]),
  )

const changing = (name: string, change: (call: Call) => void): OperationTable => ({
  [name]: {
    access: 'READ_MEDIA',
    note: 'in memory; fixed profiles stay as they are',
    answer: (call) => {
      change(call)
      return xml`<trt:${{ xml: name }}Response/>`
    },
  },
})

export const mediaOperations = defineOperations('media', {
  GetServiceCapabilities: {
    access: 'PRE_AUTH',
    answer: () => xml`<trt:GetServiceCapabilitiesResponse>${mediaCapabilities}</trt:GetServiceCapabilitiesResponse>`,
  },
  GetProfiles: {
    access: 'READ_MEDIA',
    note: 'one for each stream: main and, where the source has one, sub',
    answer: ({ device: { profiles } }) =>
      xml`<trt:GetProfilesResponse>${profiles.list().map((profile) => profileXml('Profiles', profile, profiles))}</trt:GetProfilesResponse>`,
  },
  GetProfile: {
    access: 'READ_MEDIA',
    answer: ({ body, device: { profiles } }) =>
      xml`<trt:GetProfileResponse>${profileXml('Profile', profiles.find(profileToken(body)), profiles)}</trt:GetProfileResponse>`,
  },
  CreateProfile: {
    access: 'READ_MEDIA',
    note: 'in memory, at most 8: some recorders make one of their own',
    answer: ({ body, device: { profiles } }) => {
      const made = profiles.create(textAt(body, 'Name') ?? '', textAt(body, 'Token'))
      return xml`<trt:CreateProfileResponse>${profileXml('Profile', made, profiles)}</trt:CreateProfileResponse>`
    },
  },
  ...changing('DeleteProfile', ({ body, device }) => device.profiles.remove(profileToken(body))),
  ...changing('AddVideoSourceConfiguration', ({ body, device }) => {
    ourSource(textAt(body, 'ConfigurationToken'))
    device.profiles.change(profileToken(body), { source: true })
  }),
  ...changing('RemoveVideoSourceConfiguration', ({ body, device }) =>
    device.profiles.change(profileToken(body), { source: false }),
  ),
  ...changing('AddVideoEncoderConfiguration', (call) => {
    const { token } = encoder(call, textAt(call.body, 'ConfigurationToken'))
    call.device.profiles.change(profileToken(call.body), { encoder: token })
  }),
  ...changing('RemoveVideoEncoderConfiguration', ({ body, device }) =>
    device.profiles.change(profileToken(body), { encoder: null }),
  ),
  GetStreamUri: {
    access: 'READ_MEDIA',
    note: 'the RTSP server by the host name that the client used, without credentials',
    answer: (call) => {
      const { path } = streamOf(call, call.device.profiles.find(profileToken(call.body)))
      return mediaUri('GetStreamUri', `rtsp://${call.host}:${call.device.gateway().facts().port}/${path}`)
    },
  },
  GetSnapshotUri: {
    access: 'READ_MEDIA',
    note: 'HTTP digest or basic, with the stream password',
    answer: (call) => {
      const { name } = streamOf(call, call.device.profiles.find(profileToken(call.body)))
      return mediaUri('GetSnapshotUri', `http://${call.authority}/onvif/snapshot?stream=${name}`)
    },
  },
  GetVideoSources: {
    access: 'READ_MEDIA',
    answer: ({ device: { profiles } }) => {
      const [main] = profiles.streams()
      const source = main
        ? xml`<trt:VideoSources token="${SOURCE}"><tt:Framerate>${frameRateOf(main.encoding)}</tt:Framerate><tt:Resolution>${sizeXml(main.encoding)}</tt:Resolution></trt:VideoSources>`
        : xml``
      return xml`<trt:GetVideoSourcesResponse>${source}</trt:GetVideoSourcesResponse>`
    },
  },
  GetVideoSourceConfigurations: {
    access: 'READ_MEDIA',
    answer: (call) =>
      xml`<trt:GetVideoSourceConfigurationsResponse>${sourceConfig(call)}</trt:GetVideoSourceConfigurationsResponse>`,
  },
  GetCompatibleVideoSourceConfigurations: {
    access: 'READ_MEDIA',
    answer: (call) => {
      call.device.profiles.find(profileToken(call.body))
      return xml`<trt:GetCompatibleVideoSourceConfigurationsResponse>${sourceConfig(call)}</trt:GetCompatibleVideoSourceConfigurationsResponse>`
    },
  },
  GetVideoSourceConfiguration: {
    access: 'READ_MEDIA',
    answer: ({ body, device: { profiles } }) => {
      ourSource(textAt(body, 'ConfigurationToken'))
      return xml`<trt:GetVideoSourceConfigurationResponse>${sourceConfigXml('Configuration', profiles)}</trt:GetVideoSourceConfigurationResponse>`
    },
  },
  GetVideoSourceConfigurationOptions: {
    access: 'READ_MEDIA',
    answer: ({ device: { profiles } }) => {
      const { width, height } = profiles.streams()[0]?.encoding ?? { width: 0, height: 0 }
      return xml`<trt:GetVideoSourceConfigurationOptionsResponse><trt:Options><tt:BoundsRange>${range('XRange', 0)}${range('YRange', 0)}${range('WidthRange', width)}${range('HeightRange', height)}</tt:BoundsRange><tt:VideoSourceTokensAvailable>${SOURCE}</tt:VideoSourceTokensAvailable></trt:Options></trt:GetVideoSourceConfigurationOptionsResponse>`
    },
  },
  GetVideoEncoderConfigurations: {
    access: 'READ_MEDIA',
    note: 'as measured; H.265 streams have none, for ver10 has no word for them',
    answer: (call) =>
      xml`<trt:GetVideoEncoderConfigurationsResponse>${encoderList(call, encoders(call))}</trt:GetVideoEncoderConfigurationsResponse>`,
  },
  GetCompatibleVideoEncoderConfigurations: {
    access: 'READ_MEDIA',
    answer: (call) => {
      const { fixed, stream } = call.device.profiles.find(profileToken(call.body))
      const fitting = encoders(call).filter(({ token }) => !fixed || token === stream?.token)
      return xml`<trt:GetCompatibleVideoEncoderConfigurationsResponse>${encoderList(call, fitting)}</trt:GetCompatibleVideoEncoderConfigurationsResponse>`
    },
  },
  GetVideoEncoderConfiguration: {
    access: 'READ_MEDIA',
    answer: (call) => {
      const found = encoder(call, textAt(call.body, 'ConfigurationToken'))
      return xml`<trt:GetVideoEncoderConfigurationResponse>${encoderXml('Configuration', found, call.device.profiles)}</trt:GetVideoEncoderConfigurationResponse>`
    },
  },
  GetVideoEncoderConfigurationOptions: {
    access: 'READ_MEDIA',
    note: 'what the encoder does is all that it can do',
    answer: (call) => {
      const token = textAt(call.body, 'ConfigurationToken')
      const profile = profileToken(call.body)
      const asked = token ?? (profile === undefined ? undefined : call.device.profiles.find(profile).stream?.token)
      const found = asked === undefined ? encoders(call)[0] : encoder(call, asked)
      const options = found ? optionsOf(found) : xml``
      return xml`<trt:GetVideoEncoderConfigurationOptionsResponse><trt:Options>${range('QualityRange', 1, 10)}${options}</trt:Options></trt:GetVideoEncoderConfigurationOptionsResponse>`
    },
  },
  SetVideoEncoderConfiguration: {
    access: 'ACTUATE',
    note: 'only to what it is already: nightjar.yaml sets it',
    answer: (call) => {
      const wanted = call.body.children.find(({ name }) => name === 'Configuration')
      checkUnchanged(encoder(call, wanted?.attributes.get('token')), wanted)
      return xml`<trt:SetVideoEncoderConfigurationResponse/>`
    },
  },
  GetGuaranteedNumberOfVideoEncoderInstances: {
    access: 'READ_MEDIA',
    answer: (call) => {
      const count = (codec: string): number => encoders(call).filter(({ encoding }) => encoding.codec === codec).length
      return xml`<trt:GetGuaranteedNumberOfVideoEncoderInstancesResponse><trt:TotalNumber>${encoders(call).length}</trt:TotalNumber><trt:JPEG>${count('mjpeg')}</trt:JPEG><trt:H264>${count('h264')}</trt:H264></trt:GetGuaranteedNumberOfVideoEncoderInstancesResponse>`
    },
  },
  SetSynchronizationPoint: {
    access: 'READ_MEDIA',
    note: 'key frames come by themselves, and new readers begin with one',
    answer: () => xml`<trt:SetSynchronizationPointResponse/>`,
  },
  ...none('GetAudioSources', 'GetAudioSourceConfigurations', 'GetAudioEncoderConfigurations', 'GetAudioOutputs'),
  ...none('GetAudioOutputConfigurations', 'GetAudioDecoderConfigurations', 'GetCompatibleAudioSourceConfigurations'),
  ...none('GetCompatibleAudioEncoderConfigurations', 'GetVideoAnalyticsConfigurations', 'GetMetadataConfigurations'),
  ...none('GetCompatibleVideoAnalyticsConfigurations', 'GetCompatibleMetadataConfigurations', 'GetOSDs'),
  GetOSDOptions: {
    access: 'READ_MEDIA',
    note: 'none can be made',
    answer: () =>
      xml`<trt:GetOSDOptionsResponse><trt:OSDOptions><tt:MaximumNumberOfOSDs Total="0"/><tt:Type>Text</tt:Type><tt:PositionOption>UpperLeft</tt:PositionOption></trt:OSDOptions></trt:GetOSDOptionsResponse>`,
  },
})
