// The broker that Home Assistant's Supervisor names to an add-on: asked for until there is one, and again while that
// broker stays away, for it may have been installed anew. Who then speaks MQTT is mqtt.ts.
import type { Clock } from '../../lib/clock.js'
import { Failure, sentenceOf } from '../../lib/failure.js'
import type { Supervisor } from '../../lib/ha-supervisor.js'
import type { Log } from '../../lib/log.js'
import { type JobHealth, supervise } from '../../lib/supervise.js'
import type { MqttHealth } from './connection.js'

export interface BrokerLogin {
  readonly url: string
  readonly username: string | null
  readonly password: string | null
}

/** What is started with a login: the MQTT adapter. */
export interface Speaker extends AsyncDisposable {
  health(): MqttHealth
}

export interface SupervisedDeps {
  readonly supervisor: Supervisor
  start(login: BrokerLogin): Promise<Speaker>
  readonly clock: Clock
  readonly log: Log
}

const ANSWER_MS = 10_000
const LOOK_AGAIN_MS = 60_000
const NO_BROKER = 'Home Assistant has no MQTT broker yet: install its app "Mosquitto broker", and it is found by itself'

/** Resolves at once: until there is a broker, that is the adapter's health. */
export const startMqttOfSupervisor = ({ supervisor, start, clock, log }: SupervisedDeps): Speaker => {
  let speaker: Speaker | undefined
  let health: JobHealth = { status: 'starting' }
  const job = supervise(
    async (signal, ready) => {
      const login = await askForBroker(supervisor, signal)
      speaker = await start(login)
      ready()
      try {
        await otherThan(login, signal)
      } finally {
        await speaker[Symbol.asyncDispose]()
        speaker = undefined
      }
    },
    {
      name: "Home Assistant's broker",
      clock,
      log,
      onHealth: (now) => {
        health = now
      },
    },
  )
  /** Returns when the Supervisor names another broker, or another password, than this one that stays away. */
  const otherThan = async (login: BrokerLogin, signal: AbortSignal): Promise<void> => {
    for (;;) {
      await clock.sleep(LOOK_AGAIN_MS, signal)
      if (speaker?.health().connected) continue
      const now = await askForBroker(supervisor, signal).catch(() => login)
      if (JSON.stringify(now) !== JSON.stringify(login))
        throw new Failure('unavailable', 'Home Assistant names another broker now')
    }
  }
  return {
    health: () =>
      speaker?.health() ?? { connected: false, problem: health.status === 'broken' ? health.problem : null },
    [Symbol.asyncDispose]: () => job[Symbol.asyncDispose](),
  }
}

/** Failure 'unavailable' when there is none. */
export const askForBroker = async ({ url, token }: Supervisor, signal: AbortSignal): Promise<BrokerLogin> => {
  const answer = await fetch(`${url}/services/mqtt`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
  }).catch((cause: unknown) => {
    throw new Failure('unavailable', `Home Assistant's Supervisor does not answer: ${reasonOf(cause)}`, { cause })
  })
  const body: unknown = await answer.json().catch(() => null)
  if (answer.status === 400) throw new Failure('unavailable', NO_BROKER)
  const login = answer.ok ? readLogin(body) : null
  if (!login) throw new Failure('unavailable', `Home Assistant's Supervisor names no MQTT broker (${answer.status})`)
  return login
}

const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error ? error.cause.message : sentenceOf(error)

/** `{"result": "ok", "data": {"host", "port", "ssl", "username", "password"}}`; the port as a number or as text. */
const readLogin = (body: unknown): BrokerLogin | null => {
  const { data } = (body ?? {}) as { data?: Readonly<Record<string, unknown>> }
  const { host, port, ssl, username, password } = data ?? {}
  const address = `${ssl === true ? 'mqtts' : 'mqtt'}://${host}:${Number(port)}`
  if (typeof host !== 'string' || host === '' || !URL.canParse(address) || Number(port) < 1) return null
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
  return { url: address, username: text(username), password: text(password) }
}
