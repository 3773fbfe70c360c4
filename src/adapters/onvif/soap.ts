// SOAP 1.2 for ONVIF: a request's envelope to its parts, an answer or a fault to an envelope. Knows no operation.
import { childOf, parseXml, textAt, type Xml, type XmlElement, xml } from '../../lib/xml.js'
import { Fault } from './fault.js'

export const NS = {
  soap: 'http://www.w3.org/2003/05/soap-envelope',
  soap11: 'http://schemas.xmlsoap.org/soap/envelope/',
  wsse: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
  wsa: 'http://www.w3.org/2005/08/addressing',
  wsnt: 'http://docs.oasis-open.org/wsn/b-2',
  wstop: 'http://docs.oasis-open.org/wsn/t-1',
  tt: 'http://www.onvif.org/ver10/schema',
  tds: 'http://www.onvif.org/ver10/device/wsdl',
  trt: 'http://www.onvif.org/ver10/media/wsdl',
  timg: 'http://www.onvif.org/ver20/imaging/wsdl',
  tev: 'http://www.onvif.org/ver10/events/wsdl',
  tns1: 'http://www.onvif.org/ver10/topics',
  ter: 'http://www.onvif.org/ver10/error',
  /** Our own topics. */
  nj: 'urn:nightjar:topics',
} as const

export interface SoapRequest {
  /** The operation's element. */
  readonly body: XmlElement
  readonly security: XmlElement | undefined
  /** WS-Addressing's, where they are given. */
  readonly action: string | undefined
  readonly messageId: string | undefined
}

/** Throws a Fault, or what `parseXml` throws. */
export const parseEnvelope = (text: string): SoapRequest => {
  const envelope = parseXml(text)
  if (envelope.name !== 'Envelope' || envelope.ns !== NS.soap) {
    if (envelope.name === 'Envelope' && envelope.ns === NS.soap11)
      throw new Fault('VersionMismatch', [], 'This is SOAP 1.1: SOAP 1.2 is spoken here')
    throw new Fault('Sender', ['WellFormed'], 'This is no SOAP 1.2 envelope')
  }
  const inSoap = (name: string): XmlElement | undefined =>
    envelope.children.find((child) => child.name === name && child.ns === NS.soap)
  const body = inSoap('Body')?.children[0]
  if (!body) throw new Fault('Sender', ['WellFormed'], 'The envelope has an empty body')
  const header = inSoap('Header')
  return {
    body,
    security: childOf(header, 'Security'),
    action: textAt(header, 'Action'),
    messageId: textAt(header, 'MessageID'),
  }
}

const PREFIXES = (['wsa', 'wsnt', 'wstop', 'tt', 'tds', 'trt', 'timg', 'tev', 'tns1', 'ter', 'nj'] as const)
  .map((prefix) => ` xmlns:${prefix}="${NS[prefix]}"`)
  .join('')

/** No byte before the declaration: some clients' parsers want it so. */
export const formatEnvelope = (body: Xml, header?: Xml): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope xmlns:s="${NS.soap}"${PREFIXES}>` +
  `${header ? `<s:Header>${header.xml}</s:Header>` : ''}<s:Body>${body.xml}</s:Body></s:Envelope>`

/** What WS-Addressing wants back of who used it. */
export const addressingOf = ({ action, messageId }: Pick<SoapRequest, 'action' | 'messageId'>): Xml | undefined =>
  action && messageId
    ? xml`<wsa:Action>${action.replace(/Request$/, '')}Response</wsa:Action><wsa:RelatesTo>${messageId}</wsa:RelatesTo>`
    : undefined

export const formatFault = ({ code, subcodes, message }: Fault): string => {
  const inner = subcodes.reduceRight<Xml>(
    (within, subcode) =>
      xml`<s:Subcode><s:Value>${subcode.includes(':') ? subcode : `ter:${subcode}`}</s:Value>${within}</s:Subcode>`,
    xml``,
  )
  return formatEnvelope(
    xml`<s:Fault><s:Code><s:Value>s:${code}</s:Value>${inner}</s:Code><s:Reason><s:Text xml:lang="en">${message}</s:Text></s:Reason></s:Fault>`,
  )
}
