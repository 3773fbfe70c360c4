// A plain MQTT client for tests: keeps what it hears, and waits for what a test expects.
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'

export interface Message {
  /** When it was heard, monotonic milliseconds. */
  readonly mono: number
  readonly topic: string
  readonly payload: Buffer
  readonly text: string
  readonly retained: boolean
  readonly qos: number
}

export interface Listener extends AsyncDisposable {
  readonly client: MqttClient
  readonly heard: Message[]
  /** The payload heard last on a topic. */
  last(topic: string): string | undefined
  /** The first message, from now or before, that fits; fails after 8 s. */
  until(what: string, fits: (message: Message) => boolean): Promise<Message>
  publish(topic: string, payload: string, retain?: boolean): Promise<void>
}

const PATIENCE_MS = 8000

export const listen = async (url: string, options: IClientOptions = {}, topics = ['#']): Promise<Listener> => {
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 0, protocolVersion: 4, ...options }, false)
  const heard: Message[] = []
  const checks = new Set<() => void>()
  client.on('error', () => {})
  client.on('message', (topic, payload, { retain, qos }) => {
    heard.push({ mono: performance.now(), topic, payload, text: payload.toString(), retained: retain, qos })
    for (const check of [...checks]) check()
  })
  await client.subscribeAsync(topics, { qos: 1 })
  return {
    client,
    heard,
    last: (topic) => heard.findLast((message) => message.topic === topic)?.text,
    until: (what, fits) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          checks.delete(check)
          const known = heard.map((message) => `${message.topic} ${message.text.slice(0, 80)}`).join('\n')
          reject(new Error(`not heard within ${PATIENCE_MS} ms: ${what}; heard:\n${known}`))
        }, PATIENCE_MS)
        const check = (): void => {
          const found = heard.find(fits)
          if (!found) return
          clearTimeout(late)
          checks.delete(check)
          resolve(found)
        }
        checks.add(check)
        check()
      }),
    publish: async (topic, payload, retain = false) => {
      await client.publishAsync(topic, payload, { qos: 1, retain })
    },
    [Symbol.asyncDispose]: () => client.endAsync(true),
  }
}
