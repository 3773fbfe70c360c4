// Basic Notification: posts messages to whoever subscribed, and to nobody else: the connection goes to the address that
// the subscription came from, whatever host the client names. One request at a time; who is away finds what it missed,
// and how things are, when it is back.
import { type ClientRequest, request } from 'node:http'
import { isIP } from 'node:net'
import type { Clock } from '../../lib/clock.js'
import { bareHost, isOwnAddress } from '../../lib/network.js'
import { xml } from '../../lib/xml.js'
import { Fault } from './fault.js'
import { newest } from './queue.js'
import { formatEnvelope } from './soap.js'
import { formatMessage, type Message } from './topics.js'

export interface ConsumerPlace {
  /** Where the client wants them: http only. */
  readonly address: string
  /** Where it came from. */
  readonly remote: string
}

export interface Consumer {
  deliver(messages: readonly Message[]): void
  /** What waits is not delivered any more. */
  close(): void
}

export interface ConsumerOptions extends ConsumerPlace {
  readonly clock: Pick<Clock, 'after'>
  /** Whether an address is this machine's. */
  readonly isOwn?: (address: string) => boolean
}

const TIMEOUT_MS = 5000
const LONGEST_ADDRESS = 2000
/** Between tries, twice as long after each that fails: whoever comes back is told within the longest. */
const PAUSE = { first: 500, most: 5000 }

const bare = (host: string): string => bareHost(host).toLowerCase()

/** A Fault when the address is not one of the caller's. */
export const createConsumer = ({ address, remote, clock, isOwn = isOwnAddress }: ConsumerOptions): Consumer => {
  const url = address.length <= LONGEST_ADDRESS && URL.canParse(address) ? new URL(address) : undefined
  const host = url ? bare(url.hostname) : ''
  // Who is on this machine may call it by any of its addresses: Home Assistant names one of its own choice.
  const isCallers = isIP(host) === 0 || host === bare(remote) || (isOwn(bare(remote)) && isOwn(host))
  if (url?.protocol !== 'http:' || !isCallers)
    throw new Fault(
      'Sender',
      ['InvalidArgVal', 'wsnt:SubscribeCreationFailedFault'],
      'Notifications are only sent by http to the address that they are asked from',
    )
  let waiting: readonly Message[] = []
  let busy = false
  let pause = PAUSE.first
  let again: Disposable | undefined
  let sending: ClientRequest | undefined
  let closed = false

  const post = (messages: readonly Message[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const body = formatEnvelope(xml`<wsnt:Notify>${messages.map(formatMessage)}</wsnt:Notify>`)
      sending = request({
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
    if (busy || again) return
    busy = true
    while (waiting.length > 0 && !again && !closed) {
      const now = waiting
      waiting = []
      await post(now).then(
        () => {
          pause = PAUSE.first
        },
        () => {
          waiting = newest([...now, ...waiting])
          if (closed) return
          again = clock.after(pause, () => {
            again = undefined
            void flush()
          })
          pause = Math.min(PAUSE.most, pause * 2)
        },
      )
    }
    busy = false
  }
  return {
    deliver: (messages) => {
      waiting = newest([...waiting, ...messages])
      void flush()
    },
    close: () => {
      closed = true
      again?.[Symbol.dispose]()
      sending?.destroy(new Error('the subscription is over'))
    },
  }
}
