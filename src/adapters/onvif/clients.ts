// What known clients ask for, as seen on the wire or read in their code: for the generated page, which shows it beside
// what is answered. A test holds that everything here is answered, or has a reason not to be.
import type { ServiceName } from './operation.js'

export interface Client {
  readonly name: string
  readonly asks: Readonly<Partial<Record<ServiceName, readonly string[]>>>
}

const connect = ['GetSystemDateAndTime', 'GetServices', 'GetCapabilities', 'GetDeviceInformation']
const watch = ['CreatePullPointSubscription', 'PullMessages', 'Renew', 'Unsubscribe']
const look = ['GetProfiles', 'GetStreamUri', 'GetSnapshotUri']
const encoders = [
  'GetVideoEncoderConfigurations',
  'GetVideoEncoderConfiguration',
  'GetVideoEncoderConfigurationOptions',
]
const sources = ['GetVideoSources', 'GetVideoSourceConfigurations', 'GetVideoSourceConfiguration']
const network = ['GetHostname', 'GetDNS', 'GetNTP', 'GetNetworkInterfaces', 'GetNetworkProtocols']

export const clients: readonly Client[] = [
  {
    name: 'Home Assistant',
    asks: {
      device: [...connect, 'GetNetworkInterfaces', 'SystemReboot', 'SetSystemDateAndTime'],
      media: ['GetServiceCapabilities', ...look],
      imaging: ['SetImagingSettings'],
      events: [...watch, 'SetSynchronizationPoint', 'Subscribe'],
    },
  },
  {
    name: 'Scrypted, UniFi Protect',
    asks: {
      device: [...connect, 'GetNetworkInterfaces'],
      media: [...look, ...encoders, 'GetVideoSources', 'SetVideoEncoderConfiguration', 'GetOSDs'],
      events: [...watch, 'GetEventProperties'],
    },
  },
  { name: 'go2rtc', asks: { device: ['GetCapabilities'], media: look } },
  { name: 'Frigate', asks: { device: connect, media: ['GetProfiles', 'GetStreamUri', 'GetVideoSources'] } },
  { name: 'node-onvif-ts', asks: { device: connect, media: look } },
  {
    name: 'Synology',
    asks: {
      device: [...connect, ...network],
      media: [...look, ...sources, ...encoders, 'CreateProfile', 'DeleteProfile', 'AddVideoSourceConfiguration'],
      events: [...watch, 'GetEventProperties'],
    },
  },
  {
    name: 'Hikvision',
    asks: { device: [...connect, ...network], media: [...look, ...sources, ...encoders, 'GetOSDs', 'GetOSDOptions'] },
  },
  {
    name: 'ONVIF Device Manager',
    asks: {
      device: [
        ...[...connect, ...network, 'GetServiceCapabilities', 'GetScopes', 'GetUsers', 'GetWsdlUrl', 'SystemReboot'],
        ...['GetNetworkDefaultGateway', 'GetDiscoveryMode', 'GetEndpointReference', 'GetRelayOutputs'],
      ],
      media: [
        ...['GetServiceCapabilities', ...look, 'GetProfile', ...sources, 'GetVideoSourceConfigurationOptions'],
        ...['GetCompatibleVideoSourceConfigurations', ...encoders, 'GetCompatibleVideoEncoderConfigurations'],
        ...['GetGuaranteedNumberOfVideoEncoderInstances', 'GetAudioSources', 'GetAudioSourceConfigurations'],
        ...['GetAudioEncoderConfigurations', 'GetMetadataConfigurations', 'GetVideoAnalyticsConfigurations'],
      ],
      imaging: ['GetImagingSettings', 'GetOptions', 'GetMoveOptions', 'GetStatus', 'SetImagingSettings'],
      events: [...watch, 'GetServiceCapabilities', 'GetEventProperties', 'Subscribe', 'SetSynchronizationPoint'],
    },
  },
]

/** Asked for, and not answered: with the fault ActionNotSupported. */
export const refused: Readonly<Record<string, string>> = {
  SystemReboot: 'a camera here is no machine: Nightjar itself is restarted from its page',
  SetSystemDateAndTime: "the clock is the machine's, and is kept by NTP",
}
