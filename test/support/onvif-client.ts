// A client on the wire: envelopes with a UsernameToken, and what comes back, read.
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { parseXml, type XmlElement } from '../../src/lib/xml.js'

const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss'

export const NAMESPACES = {
  tds: 'http://www.onvif.org/ver10/device/wsdl',
  trt: 'http://www.onvif.org/ver10/media/wsdl',
  timg: 'http://www.onvif.org/ver20/imaging/wsdl',
  tev: 'http://www.onvif.org/ver10/events/wsdl',
  wsnt: 'http://docs.oasis-open.org/wsn/b-2',
  tt: 'http://www.onvif.org/ver10/schema',
  tns1: 'http://www.onvif.org/ver10/topics',
  nj: 'urn:nightjar:topics',
  wsa: 'http://www.w3.org/2005/08/addressing',
} as const

export interface Token {
  readonly name: string
  readonly password: string
  readonly created?: string
  readonly nonce?: string
  readonly type?: 'PasswordDigest' | 'PasswordText'
}

/** The header of WS-Security that clients send. */
export const security = ({ name, password, created, nonce, type = 'PasswordDigest' }: Token): string => {
  const at = created ?? new Date().toISOString()
  const once = nonce ?? randomBytes(16).toString('base64')
  const digest = createHash('sha1').update(Buffer.from(once, 'base64')).update(at).update(password).digest('base64')
  const given = type === 'PasswordDigest' ? digest : password
  return `<w:Security xmlns:w="${WSSE}-wssecurity-secext-1.0.xsd" xmlns:u="${WSSE}-wssecurity-utility-1.0.xsd"><w:UsernameToken><w:Username>${name}</w:Username><w:Password Type="${WSSE}-username-token-profile-1.0#${type}">${given}</w:Password><w:Nonce>${once}</w:Nonce><u:Created>${at}</u:Created></w:UsernameToken></w:Security>`
}

/** `body` may use the prefixes of NAMESPACES. */
export const envelope = (body: string, header = ''): string => {
  const declared = Object.entries(NAMESPACES).map(([prefix, ns]) => ` xmlns:${prefix}="${ns}"`)
  return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"${declared.join('')}><s:Header>${header}</s:Header><s:Body>${body}</s:Body></s:Envelope>`
}

export interface Read {
  /** The element in the answer's body. */
  readonly body: XmlElement
  /** Of a fault: its codes from the outer to the inner one, and its sentence. */
  readonly fault: { readonly codes: readonly string[]; readonly reason: string } | null
}

export const read = (text: string): Read => {
  const body = parseXml(text).children.find(({ name }) => name === 'Body')?.children[0]
  if (!body) throw new Error(`no answer: ${text}`)
  if (body.name !== 'Fault') return { body, fault: null }
  const codes = all(body, 'Value').map((value) => value.text)
  return { body, fault: { codes, reason: all(body, 'Text')[0]?.text ?? '' } }
}

/** Every element of this name, at any depth. */
export const all = (element: XmlElement, name: string): XmlElement[] =>
  element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...all(child, name)])

/** Topic, operation and data of every message. */
export const messages = (body: XmlElement): string[] =>
  all(body, 'NotificationMessage').map((message) => {
    const operation = all(message, 'Message').find(({ attributes }) => attributes.has('PropertyOperation'))
    const data = all(message, 'Data').flatMap((one) => all(one, 'SimpleItem'))
    const [item] = data.map(({ attributes }) => `${attributes.get('Name')}=${attributes.get('Value')}`)
    return `${operation?.attributes.get('PropertyOperation')} ${all(message, 'Topic')[0]?.text} ${item}`
  })

/** A consumer of Basic Notification that is to listen: `hear` is given what each request tells, and gives its answer's status. */
export const createHook = (hear: (told: readonly string[], request: IncomingMessage) => number): Server =>
  createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    request.on('end', () => {
      response.statusCode = hear(messages(read(text).body), request)
      response.end()
    })
  })
