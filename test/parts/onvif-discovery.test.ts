// The device is found on a real network: by a search on loopback with a port of our own, and, where this machine has a
// network, by agsh's and node-onvif-ts's searches at the real port.
import { createSocket, type Socket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import { startProbe } from 'node-onvif-ts'
import { Discovery } from 'onvif/promises/index.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { networkHosts } from '../../src/lib/network.js'
import { parseXml } from '../../src/lib/xml.js'
import { until } from '../support/nightjar.js'
import { all } from '../support/onvif-client.js'
import { startOnvifHouse } from '../support/onvif-house.js'

const GROUP = '239.255.255.250'
const SEARCH = `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Header><w:MessageID>urn:uuid:7</w:MessageID></e:Header><e:Body><d:Probe/></e:Body></e:Envelope>`

const free = async (): Promise<number> => {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}

describe('on loopback', () => {
  let port: number
  let listener: Socket
  let heard: { readonly action: string; readonly text: string; readonly from: string }[]

  beforeEach(async () => {
    port = await free()
    heard = []
    listener = createSocket({ type: 'udp4', reuseAddr: true })
    listener.on('message', (data, { address }) => {
      const text = data.toString('utf8')
      const action = /discovery\/(\w+)</.exec(text)?.[1] ?? ''
      heard.push({ action, text, from: address })
    })
    await new Promise<void>((resolve) => listener.bind(port, resolve))
    listener.addMembership(GROUP, '127.0.0.1')
    listener.setMulticastInterface('127.0.0.1')
  })
  afterEach(() => new Promise<void>((resolve) => listener.close(() => resolve())))

  const actions = (action: string): typeof heard => heard.filter((one) => one.action === action)
  const xaddrs = (text: string): string | undefined => all(parseXml(text), 'XAddrs')[0]?.text

  it('says hello, answers each search for each camera from where it is asked, and says bye', async () => {
    const ids = ['porch', 'yard']
    const house = await startOnvifHouse({ ids, discoveryPort: port, config: { discovery: true } })
    const wanted = ids.map((id) => `http://127.0.0.1:${house.onvif.ports[id]}/onvif/device_service`)
    await until('two hellos', () => actions('Hello').length === 2)
    expect(actions('Hello').map(({ text }) => xaddrs(text))).toEqual(wanted)
    const asker = createSocket('udp4')
    const answers: string[] = []
    asker.on('message', (data) => void answers.push(data.toString('utf8')))
    await new Promise<void>((resolve) => asker.bind(0, '127.0.0.1', resolve))
    asker.setMulticastInterface('127.0.0.1')
    asker.send('noise', port, GROUP)
    asker.send(SEARCH, port, GROUP)
    await until('two answers', () => answers.length === 2)
    expect(answers.map(xaddrs).sort()).toEqual([...wanted].sort())
    expect(answers.map((text) => all(parseXml(text), 'RelatesTo')[0]?.text)).toEqual(['urn:uuid:7', 'urn:uuid:7'])
    asker.close()
    await house[Symbol.asyncDispose]()
    await until('two byes', () => actions('Bye').length === 2)
  })

  it('is silent when it is off', async () => {
    await using _quiet = await startOnvifHouse({ discoveryPort: port, config: { discovery: false } })
    await using _loud = await startOnvifHouse({ ids: ['yard'], discoveryPort: port, config: { discovery: true } })
    await until('a hello', () => actions('Hello').length > 0)
    expect(actions('Hello')).toHaveLength(1)
  })
})

const network = networkHosts()[0]
const multicast = network !== undefined && Object.keys(networkInterfaces()).some((name) => name !== 'lo')

describe.skipIf(!multicast)(`on the network${multicast ? '' : ' (skipped: this machine has none)'}`, () => {
  it('is found by onvif (agsh) and node-onvif-ts, at the address of this machine', async () => {
    await using house = await startOnvifHouse({ config: { host: '0.0.0.0', discovery: true } })
    const wanted = `http://${network}:${house.port}/onvif/device_service`
    const found = (await Discovery.probe({ timeout: 2000, resolve: false })) as {
      probeMatches?: { probeMatch?: { XAddrs?: string } }
    }[]
    expect(found.map(({ probeMatches }) => probeMatches?.probeMatch?.XAddrs)).toContain(wanted)
    const probes = await startProbe()
    expect(probes.flatMap(({ xaddrs }) => xaddrs)).toContain(wanted)
  })
})
