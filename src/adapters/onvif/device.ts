// The Device service: who this camera is, what it can do, where its other services are. It is set up in nightjar.yaml,
// so nothing of it can be set here.
import { textAt, type Xml, xml } from '../../lib/xml.js'
import { Fault } from './fault.js'
import { type Call, defineOperations, type ServiceName, services, xaddr } from './operation.js'
import { scopesOf } from './scopes.js'
import { eventCapabilities, imagingCapabilities, mediaCapabilities } from './service-capabilities.js'
import { NS } from './soap.js'
import { dateTime } from './time.js'

const levels = { admin: 'Administrator', operator: 'Operator', viewer: 'User' } as const

const VERSION = xml`<tt:Major>2</tt:Major><tt:Minor>60</tt:Minor>`

const capabilities = {
  device: xml`<tds:Capabilities><tds:Network IPFilter="false" ZeroConfiguration="false" IPVersion6="false" DynDNS="false" Dot11Configuration="false" Dot1XConfigurations="0" HostnameFromDHCP="false" NTP="0" DHCPv6="false"/><tds:Security TLS1.0="false" TLS1.1="false" TLS1.2="false" OnboardKeyGeneration="false" AccessPolicyConfig="false" DefaultAccessPolicy="true" Dot1X="false" RemoteUserHandling="false" X.509Token="false" SAMLToken="false" KerberosToken="false" UsernameToken="true" HttpDigest="true" RELToken="false"/><tds:System DiscoveryResolve="true" DiscoveryBye="true" RemoteDiscovery="false" SystemBackup="false" SystemLogging="false" FirmwareUpgrade="false" HttpFirmwareUpgrade="false" HttpSystemBackup="false" HttpSystemLogging="false" HttpSupportInformation="false"/></tds:Capabilities>`,
  media: mediaCapabilities,
  imaging: imagingCapabilities,
  events: eventCapabilities,
} satisfies Record<ServiceName, Xml>

const serviceOf = (call: Call, service: ServiceName, detailed: boolean): Xml => {
  const { prefix } = services[service]
  const more = detailed ? xml`<tds:Capabilities>${capabilities[service]}</tds:Capabilities>` : xml``
  return xml`<tds:Service><tds:Namespace>${NS[prefix]}</tds:Namespace><tds:XAddr>${xaddr(call, service)}</tds:XAddr>${more}<tds:Version>${VERSION}</tds:Version></tds:Service>`
}

/** GetCapabilities' older words for the same. */
const categories: Readonly<Record<string, (call: Call) => Xml>> = {
  Device: (call) =>
    xml`<tt:Device><tt:XAddr>${xaddr(call, 'device')}</tt:XAddr><tt:Network><tt:IPFilter>false</tt:IPFilter><tt:ZeroConfiguration>false</tt:ZeroConfiguration><tt:IPVersion6>false</tt:IPVersion6><tt:DynDNS>false</tt:DynDNS></tt:Network><tt:System><tt:DiscoveryResolve>true</tt:DiscoveryResolve><tt:DiscoveryBye>true</tt:DiscoveryBye><tt:RemoteDiscovery>false</tt:RemoteDiscovery><tt:SystemBackup>false</tt:SystemBackup><tt:SystemLogging>false</tt:SystemLogging><tt:FirmwareUpgrade>false</tt:FirmwareUpgrade><tt:SupportedVersions>${VERSION}</tt:SupportedVersions></tt:System><tt:IO><tt:InputConnectors>0</tt:InputConnectors><tt:RelayOutputs>0</tt:RelayOutputs></tt:IO><tt:Security><tt:TLS1.1>false</tt:TLS1.1><tt:TLS1.2>false</tt:TLS1.2><tt:OnboardKeyGeneration>false</tt:OnboardKeyGeneration><tt:AccessPolicyConfig>false</tt:AccessPolicyConfig><tt:X.509Token>false</tt:X.509Token><tt:SAMLToken>false</tt:SAMLToken><tt:KerberosToken>false</tt:KerberosToken><tt:RELToken>false</tt:RELToken></tt:Security></tt:Device>`,
  Events: (call) =>
    xml`<tt:Events><tt:XAddr>${xaddr(call, 'events')}</tt:XAddr><tt:WSSubscriptionPolicySupport>false</tt:WSSubscriptionPolicySupport><tt:WSPullPointSupport>true</tt:WSPullPointSupport><tt:WSPausableSubscriptionManagerInterfaceSupport>false</tt:WSPausableSubscriptionManagerInterfaceSupport></tt:Events>`,
  Imaging: (call) => xml`<tt:Imaging><tt:XAddr>${xaddr(call, 'imaging')}</tt:XAddr></tt:Imaging>`,
  Media: (call) =>
    xml`<tt:Media><tt:XAddr>${xaddr(call, 'media')}</tt:XAddr><tt:StreamingCapabilities SnapshotUri="true"><tt:RTPMulticast>false</tt:RTPMulticast><tt:RTP_TCP>true</tt:RTP_TCP><tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP></tt:StreamingCapabilities></tt:Media>`,
}

const ipv4Of = ({ host }: Call): Xml =>
  /^\d+(\.\d+){3}$/.test(host)
    ? xml`<tt:IPv4><tt:Enabled>true</tt:Enabled><tt:Config><tt:Manual><tt:Address>${host}</tt:Address><tt:PrefixLength>24</tt:PrefixLength></tt:Manual><tt:DHCP>false</tt:DHCP></tt:Config></tt:IPv4>`
    : xml``

export const deviceOperations = defineOperations('device', {
  GetServices: {
    access: 'PRE_AUTH',
    answer: (call) => {
      const detailed = textAt(call.body, 'IncludeCapability') === 'true'
      const all = (Object.keys(services) as ServiceName[]).map((service) => serviceOf(call, service, detailed))
      return xml`<tds:GetServicesResponse>${all}</tds:GetServicesResponse>`
    },
  },
  GetServiceCapabilities: {
    access: 'PRE_AUTH',
    answer: () => xml`<tds:GetServiceCapabilitiesResponse>${capabilities.device}</tds:GetServiceCapabilitiesResponse>`,
  },
  GetCapabilities: {
    access: 'PRE_AUTH',
    answer: (call) => {
      const asked = call.body.children.filter(({ name }) => name === 'Category').map(({ text }) => text)
      const all = asked.length === 0 || asked.includes('All')
      const names = Object.keys(categories).filter((name) => all || asked.includes(name))
      if (names.length === 0)
        throw new Fault('Receiver', ['ActionNotSupported', 'NoSuchService'], `There is no service ${asked.join(', ')}`)
      const found = names.flatMap((name) => categories[name]?.(call) ?? [])
      return xml`<tds:GetCapabilitiesResponse><tds:Capabilities>${found}</tds:Capabilities></tds:GetCapabilitiesResponse>`
    },
  },
  GetWsdlUrl: {
    access: 'PRE_AUTH',
    answer: () =>
      xml`<tds:GetWsdlUrlResponse><tds:WsdlUrl>https://www.onvif.org/profiles/specifications/</tds:WsdlUrl></tds:GetWsdlUrlResponse>`,
  },
  GetSystemDateAndTime: {
    access: 'PRE_AUTH',
    note: 'our clock, UTC; as kept by NTP, so that clients do not set it',
    answer: ({ device }) => {
      const now = dateTime(device.clock.now().wall)
      return xml`<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>UTC0</tt:TZ></tt:TimeZone><tt:UTCDateTime>${now}</tt:UTCDateTime><tt:LocalDateTime>${now}</tt:LocalDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`
    },
  },
  GetHostname: {
    access: 'PRE_AUTH',
    note: "the camera's id",
    answer: ({ device }) =>
      xml`<tds:GetHostnameResponse><tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP><tt:Name>${device.identity.camera}</tt:Name></tds:HostnameInformation></tds:GetHostnameResponse>`,
  },
  GetEndpointReference: {
    access: 'PRE_AUTH',
    answer: ({ device }) =>
      xml`<tds:GetEndpointReferenceResponse><tds:GUID>urn:uuid:${device.identity.uuid}</tds:GUID></tds:GetEndpointReferenceResponse>`,
  },
  GetDeviceInformation: {
    access: 'READ_SYSTEM',
    answer: ({ device }) =>
      xml`<tds:GetDeviceInformationResponse><tds:Manufacturer>Nightjar</tds:Manufacturer><tds:Model>${device.state().name}</tds:Model><tds:FirmwareVersion>${device.version}</tds:FirmwareVersion><tds:SerialNumber>${device.identity.serial}</tds:SerialNumber><tds:HardwareId>nightjar-${device.state().source}</tds:HardwareId></tds:GetDeviceInformationResponse>`,
  },
  GetScopes: {
    access: 'READ_SYSTEM',
    answer: ({ device }) => {
      const scopes = scopesOf(device.identity, device.state().name)
      return xml`<tds:GetScopesResponse>${scopes.map((scope) => xml`<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef><tt:ScopeItem>${scope}</tt:ScopeItem></tds:Scopes>`)}</tds:GetScopesResponse>`
    },
  },
  GetDiscoveryMode: {
    access: 'READ_SYSTEM',
    answer: ({ device }) =>
      xml`<tds:GetDiscoveryModeResponse><tds:DiscoveryMode>${device.discovery ? 'Discoverable' : 'NonDiscoverable'}</tds:DiscoveryMode></tds:GetDiscoveryModeResponse>`,
  },
  GetNetworkInterfaces: {
    access: 'READ_SYSTEM',
    note: 'one for each camera, with its own MAC-like address, which never changes',
    answer: (call) =>
      xml`<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces token="eth0"><tt:Enabled>true</tt:Enabled><tt:Info><tt:Name>eth0</tt:Name><tt:HwAddress>${call.device.identity.mac}</tt:HwAddress><tt:MTU>1500</tt:MTU></tt:Info>${ipv4Of(call)}</tds:NetworkInterfaces></tds:GetNetworkInterfacesResponse>`,
  },
  GetNetworkProtocols: {
    access: 'READ_SYSTEM',
    answer: ({ device, authority }) => {
      const http = /:(\d+)$/.exec(authority)?.[1] ?? '80'
      const protocol = (name: string, port: string | number): Xml =>
        xml`<tds:NetworkProtocols><tt:Name>${name}</tt:Name><tt:Enabled>true</tt:Enabled><tt:Port>${port}</tt:Port></tds:NetworkProtocols>`
      return xml`<tds:GetNetworkProtocolsResponse>${protocol('HTTP', http)}${protocol('RTSP', device.gateway().facts().port)}</tds:GetNetworkProtocolsResponse>`
    },
  },
  GetNetworkDefaultGateway: {
    access: 'READ_SYSTEM',
    note: "empty: the network is the machine's",
    answer: () =>
      xml`<tds:GetNetworkDefaultGatewayResponse><tds:NetworkGateway/></tds:GetNetworkDefaultGatewayResponse>`,
  },
  GetDNS: {
    access: 'READ_SYSTEM',
    note: "empty: the network is the machine's",
    answer: () =>
      xml`<tds:GetDNSResponse><tds:DNSInformation><tt:FromDHCP>false</tt:FromDHCP></tds:DNSInformation></tds:GetDNSResponse>`,
  },
  GetNTP: {
    access: 'READ_SYSTEM',
    note: "empty: the clock is the machine's",
    answer: () =>
      xml`<tds:GetNTPResponse><tds:NTPInformation><tt:FromDHCP>false</tt:FromDHCP></tds:NTPInformation></tds:GetNTPResponse>`,
  },
  GetRelayOutputs: {
    access: 'READ_SYSTEM',
    note: 'none',
    answer: () => xml`<tds:GetRelayOutputsResponse/>`,
  },
  GetUsers: {
    access: 'READ_SYSTEM_SECRET',
    note: "Nightjar's users that have a stream password",
    answer: ({ device: { accounts } }) => {
      const users = accounts.list().filter(({ name }) => accounts.streamPassword(name) !== null)
      return xml`<tds:GetUsersResponse>${users.map(({ name, role }) => xml`<tds:User><tt:Username>${name}</tt:Username><tt:UserLevel>${levels[role]}</tt:UserLevel></tds:User>`)}</tds:GetUsersResponse>`
    },
  },
})
