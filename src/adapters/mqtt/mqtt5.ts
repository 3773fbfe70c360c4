// Lets clients of MQTT 5 in (Home Assistant's default), though our broker's library knows 3.1.1 only: stands between
// socket and broker and translates, packet by packet. Of what only MQTT 5 has, subscription identifiers work (Home Assistant wants them); the rest
// (other properties, no-local, …) is dropped. Clients of 3.1.1 pass through untouched.
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { generate, type IConnackPacket, type Packet, parser } from 'mqtt-packet'

/** Nobody has signed in yet: a first packet longer than this is not worth the memory. */
const LONGEST_CONNECT = 65_536
const DISCONNECT_WITH_WILL = 4
/** Return codes of 3.1.1 as reason codes of MQTT 5. */
const reasons = [0, 132, 133, 136, 134, 135]

/** What the broker reads and writes instead of the socket. */
export const speakBoth = (socket: Socket): Duplex => {
  /** Undefined until the client has said which one it speaks. */
  let old: boolean | undefined
  let early: Buffer[] = []
  const memory: Memory = { identifiers: new Map(), unsubscribed: new Map(), ownId: undefined }
  const fromClient = parser({ protocolVersion: 5 })
  const fromBroker = parser({ protocolVersion: 4 })

  const broker = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _, done) => {
      if (old) return void socket.write(chunk, done)
      fromBroker.parse(chunk)
      // So that the broker notices a client that does not read.
      if (socket.writableNeedDrain) socket.once('drain', done)
      else done()
    },
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy()
      done(error)
    },
  })
  const toBroker = (bytes: Buffer): void => {
    if (!broker.push(bytes)) socket.pause()
  }
  const broken = (): void => void broker.destroy()
  /** A packet that can not be written in the other version (a password without a name) ends the connection. */
  const translate = (packet: Packet, protocolVersion: 4 | 5, give: (bytes: Buffer) => void): void => {
    try {
      give(generate(packet, { protocolVersion }))
    } catch {
      broken()
    }
  }

  fromClient.on('error', broken)
  fromClient.on('packet', (packet) => {
    if (old) return
    if (packet.cmd === 'connect') {
      old = packet.protocolVersion !== 5
      if (old) return early.forEach(toBroker)
      early = []
    }
    if (old === undefined || packet.cmd === 'auth') return broken()
    if (packet.cmd === 'disconnect' && packet.reasonCode === DISCONNECT_WITH_WILL) return broken()
    translate(older(packet, memory), 4, toBroker)
  })
  fromBroker.on('error', broken)
  fromBroker.on('packet', (packet) => translate(newer(packet, memory), 5, (bytes) => socket.write(bytes)))

  socket.on('data', (chunk: Buffer) => {
    if (old) return toBroker(chunk)
    if (old === undefined) {
      early.push(chunk)
      if (early.reduce((sum, { length }) => sum + length, 0) > LONGEST_CONNECT) return broken()
    }
    fromClient.parse(chunk)
  })
  socket.on('end', () => broker.push(null))
  socket.on('error', broken)
  socket.on('close', broken)
  return broker
}

interface Memory {
  /** By topic filter. */
  readonly identifiers: Map<string, number>
  /** Topics in each unsubscription that waits for its answer. */
  readonly unsubscribed: Map<number, number>
  /** The id that we made for a client without one. */
  ownId: string | undefined
}

const older = (packet: Packet, memory: Memory): Packet => {
  const { properties: _, ...bare } = packet as Packet & { properties?: object }
  switch (packet.cmd) {
    case 'connect': {
      if (packet.clientId === '') memory.ownId = randomUUID()
      const { properties: __, ...will } = packet.will ?? {}
      return {
        ...bare,
        ...(packet.will ? { will } : {}),
        protocolVersion: 4,
        clientId: memory.ownId ?? packet.clientId,
        // A session that ends with its connection is what 3.1.1 calls clean.
        clean: packet.clean !== false || !packet.properties?.sessionExpiryInterval,
      } as Packet
    }
    case 'subscribe': {
      const identifier = packet.properties?.subscriptionIdentifier
      for (const { topic } of packet.subscriptions) {
        if (identifier === undefined) memory.identifiers.delete(topic)
        else memory.identifiers.set(topic, identifier)
      }
      return bare as Packet
    }
    case 'unsubscribe':
      for (const topic of packet.unsubscriptions) memory.identifiers.delete(topic)
      memory.unsubscribed.set(packet.messageId ?? 0, packet.unsubscriptions.length)
      return bare as Packet
    default:
      return bare as Packet
  }
}

const newer = (packet: Packet, memory: Memory): Packet => {
  switch (packet.cmd) {
    case 'connack':
      return { ...packet, reasonCode: reasons[packet.returnCode ?? 0] ?? 128, properties: abilities(memory) }
    case 'publish': {
      const own = [...memory.identifiers].flatMap(([filter, id]) => (fits(filter, packet.topic) ? [id] : []))
      return own.length > 0 ? { ...packet, properties: { subscriptionIdentifier: own } } : packet
    }
    case 'unsuback': {
      const id = packet.messageId ?? 0
      const granted = Array<number>(memory.unsubscribed.get(id) ?? 1).fill(0)
      memory.unsubscribed.delete(id)
      return { ...packet, granted }
    }
    default:
      return packet
  }
}

/** Whether a subscription to `filter` hears `topic`. */
export const fits = (filter: string, topic: string): boolean => {
  if (topic.startsWith('$') && !filter.startsWith('$')) return false
  const wanted = filter.split('/')
  const levels = topic.split('/')
  const open = wanted.at(-1) === '#'
  if (open) wanted.pop()
  if (open ? levels.length < wanted.length : levels.length !== wanted.length) return false
  return wanted.every((each, index) => each === '+' || each === levels[index])
}

const abilities = ({ ownId }: Memory): NonNullable<IConnackPacket['properties']> => ({
  sharedSubscriptionAvailable: false,
  ...(ownId ? { assignedClientIdentifier: ownId } : {}),
})
