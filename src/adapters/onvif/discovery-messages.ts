// WS-Discovery (April 2005) as text: Hello, Bye, ProbeMatches, ResolveMatches, and which Probe or Resolve asks for whom.
import { randomUUID } from 'node:crypto'
import { parseXml, textAt, type Xml, type XmlElement, xml } from '../../lib/xml.js'
import { isBelow } from './scopes.js'

export const D = 'http://schemas.xmlsoap.org/ws/2005/04/discovery'
/** Not the one that events use. */
const WSA = 'http://schemas.xmlsoap.org/ws/2004/08/addressing'
const DN = 'http://www.onvif.org/ver10/network/wsdl'
const TDS = 'http://www.onvif.org/ver10/device/wsdl'
const TYPES: readonly (readonly [string, string])[] = [
  [DN, 'NetworkVideoTransmitter'],
  [TDS, 'Device'],
]

/** One camera as it is found. */
export interface Findable {
  readonly uuid: string
  readonly scopes: readonly string[]
  readonly port: number
}

/** Numbers its messages, so that readers can tell an old one: the instance grows with each start. */
export interface Sequence {
  readonly instance: number
  next(): number
}

export type Search =
  | { readonly type: 'Probe'; readonly id: string; matches(device: Findable): boolean }
  | { readonly type: 'Resolve'; readonly id: string; matches(device: Findable): boolean }

const words = (text: string | undefined): string[] => text?.split(/\s+/).filter(Boolean) ?? []

const fitsTypes = (types: XmlElement | undefined): boolean =>
  words(types?.text).every((word) => {
    const [prefix, name] = word.includes(':') ? word.split(':', 2) : ['', word]
    return TYPES.some(([ns, type]) => type === name && types?.resolve(prefix ?? '') === ns)
  })

const fitsScopes = (scopes: XmlElement | undefined, have: readonly string[]): boolean => {
  const rule = scopes?.attributes.get('MatchBy')?.split('/').at(-1) ?? 'rfc3986'
  return words(scopes?.text).every((wanted) => {
    if (rule === 'rfc3986') return have.some((scope) => isBelow(scope, wanted))
    return rule === 'strcmp0' && have.includes(wanted)
  })
}

/** Undefined for what is no search, or not understood. */
export const parseSearch = (text: string): Search | undefined => {
  try {
    const envelope = parseXml(text)
    const body = envelope.children.find(({ name }) => name === 'Body')?.children[0]
    const header = envelope.children.find(({ name }) => name === 'Header')
    const id = textAt(header, 'MessageID')
    if (!body || !id || body.ns !== D) return undefined
    if (body.name === 'Resolve') {
      const wanted = textAt(body, 'EndpointReference', 'Address')
      return { type: 'Resolve', id, matches: ({ uuid }) => wanted?.toLowerCase() === `urn:uuid:${uuid}` }
    }
    if (body.name !== 'Probe') return undefined
    const part = (name: string): XmlElement | undefined => body.children.find((child) => child.name === name)
    const types = fitsTypes(part('Types'))
    return { type: 'Probe', id, matches: ({ scopes }) => types && fitsScopes(part('Scopes'), scopes) }
  } catch {
    return undefined
  }
}

const envelope = (action: string, to: string, relates: string | undefined, sequence: Sequence, body: Xml): string => {
  const related = relates === undefined ? xml`` : xml`<a:RelatesTo>${relates}</a:RelatesTo>`
  const number = xml`<d:AppSequence InstanceId="${sequence.instance}" MessageNumber="${sequence.next()}"/>`
  const header = xml`<a:MessageID>urn:uuid:${randomUUID()}</a:MessageID>${related}<a:To>${to}</a:To><a:Action>${D}/${action}</a:Action>${number}`
  return `<?xml version="1.0" encoding="UTF-8"?>\n${xml`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="${WSA}" xmlns:d="${D}" xmlns:dn="${DN}" xmlns:tds="${TDS}"><s:Header>${header}</s:Header><s:Body>${body}</s:Body></s:Envelope>`.xml}`
}

const EVERYBODY = 'urn:schemas-xmlsoap-org:ws:2005:04:discovery'
const ANONYMOUS = `${WSA}/role/anonymous`

/** Who it is and where, by the address of the interface that it is told on. */
const description = ({ uuid, scopes, port }: Findable, address: string): Xml =>
  xml`<a:EndpointReference><a:Address>urn:uuid:${uuid}</a:Address></a:EndpointReference><d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types><d:Scopes>${scopes.join(' ')}</d:Scopes><d:XAddrs>http://${address}:${port}/onvif/device_service</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>`

export const formatHello = (device: Findable, address: string, sequence: Sequence): string =>
  envelope('Hello', EVERYBODY, undefined, sequence, xml`<d:Hello>${description(device, address)}</d:Hello>`)

export const formatBye = ({ uuid }: Findable, sequence: Sequence): string =>
  envelope(
    'Bye',
    EVERYBODY,
    undefined,
    sequence,
    xml`<d:Bye><a:EndpointReference><a:Address>urn:uuid:${uuid}</a:Address></a:EndpointReference></d:Bye>`,
  )

/** One device each: some clients read only the first. */
export const formatMatch = (search: Search, device: Findable, address: string, sequence: Sequence): string => {
  const tag = { xml: `d:${search.type}Match` }
  const list = { xml: `d:${search.type}Matches` }
  const body = xml`<${list}><${tag}>${description(device, address)}</${tag}></${list}>`
  return envelope(`${search.type}Matches`, ANONYMOUS, search.id, sequence, body)
}
