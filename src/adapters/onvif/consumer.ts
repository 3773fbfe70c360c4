// Basic Notification: posts messages to whoever subscribed, and to nobody else: the connection goes to the address that
// the subscription came from, whatever host the client names. One request at a time; who does not take them is let go.
import { request } from 'node:http'
import { isIP } from 'node:net'
import { xml } from '../../lib/xml.js'
import { Fault } from './fault.js'
import { formatEnvelope } from './soap.js'
import { formatMessage, type Message } from './topics.js'

export interface Consumer {
  deliver(messages: readonly Message[]): void
}

export interface ConsumerOptions {
  /** Where the client wants them: http only. */
  readonly address: string
  /** Where it came from. */
  readonly remote: string
  /** It failed three times in a row. */
  onDead(): void
}

const TIMEOUT_MS = 5000
const FAILURES = 3
const MOST_WAITING = 200

const bare = (host: string): string => host.replace(/^\[|\]$/g, '').toLowerCase()

/** A Fault when the address is not one of the caller's. */
export const createConsumer = ({ address, remote, onDead }: ConsumerOptions): Consumer => {
  const url = URL.canParse(address) ? new URL(address) : undefined
  const host = url ? bare(url.hostname) : ''
  if (url?.protocol !== 'http:' || (isIP(host) !== 0 && host !== bare(remote)))
    throw new Fault(
      'Sender',
      ['InvalidArgVal', 'wsnt:SubscribeCreationFailedFault'],
      'Notifications are only sent by http to the address that they are asked from',
    )
  let waiting: readonly Message[] = []
  let busy = false
  let failures = 0

  const post = (messages: readonly Message[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const body = formatEnvelope(xml`<wsnt:Notify>${messages.map(formatMessage)}</wsnt:Notify>`)
      const sending = request({
        ...{ host: remote, port: url.port || 80, path: `${url.pathname}${url.search}`, method: 'POST' },
        headers: {
          host: url.host,
          'content-type': 'application/soap+xml; charset=utf-8',
          'content-length': Buffer.byteLength(body),
          connection: 'close',
        },
        agent: false,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      sending.on('error', reject)
      sending.on('response', (response) => {
        response.resume()
        response.on('error', reject)
        const { statusCode = 0 } = response
        response.on('end', () => (statusCode < 300 ? resolve() : reject(new Error(`HTTP ${statusCode}`))))
      })
      sending.end(body)
    })
  const flush = async (): Promise<void> => {
    if (busy || failures >= FAILURES) return
    busy = true
    while (waiting.length > 0 && failures < FAILURES) {
      const now = waiting
      waiting = []
      await post(now).then(
        () => (failures = 0),
        () => (failures += 1),
      )
    }
    busy = false
    if (failures >= FAILURES) onDead()
  }
  return {
    deliver: (messages) => {
      waiting = [...waiting, ...messages].slice(-MOST_WAITING)
      void flush()
    },
  }
}
