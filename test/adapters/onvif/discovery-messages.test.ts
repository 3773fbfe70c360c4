import { describe, expect, it } from 'vitest'
import {
  type Findable,
  formatBye,
  formatHello,
  formatMatch,
  parseSearch,
} from '../../../src/adapters/onvif/discovery-messages.js'
import { scopesOf } from '../../../src/adapters/onvif/scopes.js'
import { parseXml } from '../../../src/lib/xml.js'
import { all } from '../../support/onvif-client.js'

const device: Findable = {
  uuid: '12345678-1234-8234-9234-123456789abc',
  scopes: scopesOf({ mac: '02:00:00:00:00:01', serial: '020000000001' }, 'Front porch'),
  port: 8900,
}
const sequence = () => {
  let count = 0
  return { instance: 1_795_000_000, next: () => ++count }
}

const probe = (inside: string): string =>
  `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><e:Header><w:MessageID>urn:uuid:1</w:MessageID></e:Header><e:Body>${inside}</e:Body></e:Envelope>`
const finds = (inside: string): boolean | undefined => parseSearch(probe(inside))?.matches(device)

const types = (text: string): string => `<d:Probe><d:Types>${text}</d:Types></d:Probe>`
const scopes = (text: string, by = ''): string => `<d:Probe><d:Scopes${by}>${text}</d:Scopes></d:Probe>`
const rule = (name: string): string => ` MatchBy="http://schemas.xmlsoap.org/ws/2005/04/discovery/${name}"`

describe('a search', () => {
  it.each([
    ['everything', '<d:Probe/>', true],
    ['empty types and scopes', '<d:Probe><d:Types/><d:Scopes/></d:Probe>', true],
    ['transmitters', types('dn:NetworkVideoTransmitter'), true],
    ['devices', types('tds:Device'), true],
    ['both', types('dn:NetworkVideoTransmitter tds:Device'), true],
    ['devices of the wrong namespace', types('dn:Device'), false],
    ['displays', types('dn:NetworkVideoDisplay'), false],
    ['a prefix of nobody', types('x:Device'), false],
    ['the streaming profile', scopes('onvif://www.onvif.org/Profile/Streaming'), true],
    ['any profile', scopes('onvif://www.onvif.org/Profile'), true],
    ['another profile', scopes('onvif://www.onvif.org/Profile/G'), false],
    ['part of a word', scopes('onvif://www.onvif.org/Profile/Stream'), false],
    ['the name', scopes('onvif://www.onvif.org/name/Front%20porch'), true],
    ['two scopes', scopes('onvif://www.onvif.org/Profile onvif://www.onvif.org/name/x'), false],
    ['a whole scope, letter by letter', scopes('onvif://www.onvif.org/Profile/Streaming', rule('strcmp0')), true],
    ['part of one, letter by letter', scopes('onvif://www.onvif.org/Profile', rule('strcmp0')), false],
    ['by a rule of nobody', scopes('onvif://www.onvif.org/Profile', rule('ldap')), false],
  ])('for %s', (_, inside, found) => {
    expect(finds(inside)).toBe(found)
  })

  it('by address finds the one', () => {
    const resolve = (address: string): string =>
      `<d:Resolve><w:EndpointReference><w:Address>${address}</w:Address></w:EndpointReference></d:Resolve>`
    expect(finds(resolve(`urn:uuid:${device.uuid}`))).toBe(true)
    expect(finds(resolve('urn:uuid:another'))).toBe(false)
  })

  it.each([
    ['hellos of others', probe('<d:Hello/>')],
    ['the probe of another protocol', probe('<Probe/>')],
    ['a search without a number', probe('<d:Probe/>').replace(/<w:MessageID>.*<\/w:MessageID>/, '')],
    ['a bomb', `<!DOCTYPE a [<!ENTITY b "c">]>${probe('<d:Probe/>')}`],
    ['noise', '\u0000\u0001'],
  ])('is not seen in %s', (_, text) => {
    expect(parseSearch(text)).toBeUndefined()
  })
})

describe('an answer', () => {
  it('has all that Home Assistant looks at, and the address that it was asked at', () => {
    const search = parseSearch(probe('<d:Probe/>'))
    if (!search) throw new Error('no search')
    const root = parseXml(formatMatch(search, device, '192.0.2.2', sequence()))
    const text = (name: string): string | undefined => all(root, name)[0]?.text
    expect(text('RelatesTo')).toBe('urn:uuid:1')
    expect(text('Types')).toBe('dn:NetworkVideoTransmitter tds:Device')
    expect(text('XAddrs')).toBe('http://192.0.2.2:8900/onvif/device_service')
    expect(text('Address')).toBe(`urn:uuid:${device.uuid}`)
    expect(text('MetadataVersion')).toBe('1')
    expect(text('Scopes')?.split(' ')).toContain('onvif://www.onvif.org/name/Front%20porch')
    expect(all(root, 'ProbeMatch')).toHaveLength(1)
    expect(all(root, 'AppSequence')[0]?.attributes.get('InstanceId')).toMatch(/^\d+$/)
  })

  it('counts its messages', () => {
    const counted = sequence()
    const numbers = [formatHello(device, '192.0.2.2', counted), formatBye(device, counted)].map((text) =>
      all(parseXml(text), 'AppSequence')[0]?.attributes.get('MessageNumber'),
    )
    expect(numbers).toEqual(['1', '2'])
  })
})
