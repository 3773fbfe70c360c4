// Our own broker, for the demo and for houses without one. The users of Nightjar sign in with the same name and
// password as everywhere; nobody comes in without.
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { Aedes, type AuthenticateError, type Client } from 'aedes'
import type { Accounts } from '../../camera/ports.js'
import { Failure, sentenceOf } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import { createSerial } from '../../lib/serial.js'
import { speakBoth } from './mqtt5.js'
import './packet-numbers.js'
import { maySpeak, type Speaker } from './rights.js'

export interface BrokerDeps {
  readonly config: { readonly host: string; readonly port: number }
  readonly accounts: Accounts
  /** The account that we ourselves sign in with: made anew at each start. */
  readonly service: { readonly name: string; readonly password: string }
  readonly base: string
  readonly prefix: string
  readonly log: Log
}

export interface Broker extends AsyncDisposable {
  readonly port: number
  /** For ourselves and for people on this machine. */
  readonly url: string
}

const BAD_LOGIN = 4
const SLOW_CLIENT_MS = 10_000

export const startBroker = async ({ config, accounts, service, base, prefix, log }: BrokerDeps): Promise<Broker> => {
  const speakers = new WeakMap<Client, Speaker>()
  const sockets = new Set<Socket>()
  /** The newest retained payload of each topic. */
  const kept = new Map<string, Buffer>()
  // One at a time: checking a password is costly by design, and strangers must not multiply the cost.
  const inTurn = createSerial()

  const whoIs = async (name: string, password: string): Promise<Speaker | undefined> => {
    if (name === service.name) return password === service.password ? 'service' : undefined
    return inTurn(async () => (await accounts.verify(name, password))?.role)
  }
  const aedes = await Aedes.createBroker({
    drainTimeout: SLOW_CLIENT_MS,
    authenticate: (client, name, password, done) => {
      const refuse = (): void => {
        log.info(`embedded broker: ${client.id} was refused: name or password is wrong`)
        done(
          Object.assign(new Error('bad user name or password'), { returnCode: BAD_LOGIN }) as AuthenticateError,
          null,
        )
      }
      if (!name || !password) return refuse()
      whoIs(name, password.toString()).then(
        (speaker) => {
          if (!speaker) return refuse()
          speakers.set(client, speaker)
          done(null, true)
        },
        (error: unknown) => {
          log.error({ err: error }, 'embedded broker: a login could not be checked')
          refuse()
        },
      )
    },
    // A refused publication ends the connection: MQTT 3.1.1 has no other way to say no.
    authorizePublish: (client, { topic, payload, retain }, done) => {
      const speaker = client ? speakers.get(client) : 'service'
      const allowed = speaker && maySpeak(speaker, { topic, empty: payload.length === 0 }, base, prefix)
      if (!allowed) log.warn(`embedded broker: ${client?.id} (${speaker}) may not publish ${topic}`)
      if (allowed && retain) kept.set(topic, Buffer.from(payload))
      done(allowed ? null : new Error(`may not publish ${topic}`))
    },
    // A subscriber gets what is kept a while after it asked: what has become old meanwhile must not come behind the new.
    authorizeForward: (_client, packet) =>
      packet.retain && kept.get(packet.topic)?.equals(Buffer.from(packet.payload)) === false ? null : packet,
  })
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    aedes.handle(speakBoth(socket))
  })
  const listening = once(server, 'listening')
  server.listen(config.port, config.host)
  await listening.catch((cause: unknown) => {
    aedes.close()
    const place = `${config.host}:${config.port}`
    throw new Failure('unavailable', `the embedded MQTT broker can not listen on ${place}: ${sentenceOf(cause)}`, {
      cause,
    })
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : config.port
  const host = config.host === '0.0.0.0' ? '127.0.0.1' : config.host === '::' ? '::1' : config.host
  return {
    port,
    url: `mqtt://${host.includes(':') ? `[${host}]` : host}:${port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      await new Promise<void>((resolve) => aedes.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
