// Messages as HTTP requests to any address: JSON, or multipart with the pictures as files. With a secret, a header
// proves who sent it: X-Nightjar-Signature is "sha256=" and the HMAC-SHA256 of the body in hexadecimal digits.
import { createHmac } from 'node:crypto'
import type { Sighting } from '../../../camera/events.js'
import { Failure, sentenceOf } from '../../../lib/failure.js'
import type { Slice } from '../../../lib/slice.js'
import { defineNotifier, type Message } from '../notifier.js'

export interface WebhookOptions {
  readonly kind: 'webhook'
  readonly url: string
  readonly secret: string | null
  readonly picture: boolean
}

const LIMIT_MS = 15_000
/** Statuses of the 4xx that are about the moment, not about what was sent. */
const LATER = [408, 425, 429]

const checkUrl = (value: unknown): void => {
  const good = typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
  if (!good) throw new Error('must be an address such as https://host/path (http or https)')
}

const schema = {
  url: { doc: 'Address that is sent a POST for each message', format: checkUrl, default: null, sensitive: true },
  secret: {
    doc: 'Signs what is sent: the header X-Nightjar-Signature is sha256= and the HMAC-SHA256 of the body',
    format: 'String',
    default: null,
    nullable: true,
    sensitive: true,
  },
  picture: {
    doc: 'Send multipart/form-data with the parts `event` (JSON), `picture` and `crop`, instead of JSON alone',
    format: 'Boolean',
    default: false,
  },
} as const satisfies Slice

export const webhook = defineNotifier<WebhookOptions>({
  kind: 'webhook',
  doc: 'A request to any address',
  schema,
  to: ({ url }) => new URL(url).host,
  open: ({ url, secret, picture }) => {
    const { host } = new URL(url)
    return {
      pictures: picture,
      send: async (message, signal) => {
        const { body, type } = await bodyOf(message)
        const sign = secret && createHmac('sha256', secret).update(body).digest('hex')
        const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
        const request: RequestInit = {
          method: 'POST',
          headers: { 'content-type': type, ...(sign ? { 'x-nightjar-signature': `sha256=${sign}` } : {}) },
          body,
          // What was seen goes to this address, not to where that one points.
          redirect: 'manual',
          signal: limit,
        }
        const answer = await fetch(url, request).catch((cause: Error) => {
          // "fetch failed" hides the reason in its cause; the address, which may be a secret, is in neither.
          const why = limit.aborted ? `no answer within ${LIMIT_MS / 1000} s` : sentenceOf(cause.cause ?? cause)
          throw new Failure('unavailable', `${host}: ${why}`, { cause })
        })
        await answer.body?.cancel()
        if (answer.ok) return
        const { status } = answer
        const final = status >= 300 && status < 500 && !LATER.includes(status)
        throw new Failure(final ? 'refused' : 'unavailable', `${host} answers ${status} ${answer.statusText}`.trim())
      },
    }
  },
})

const bodyOf = async (message: Message): Promise<{ readonly body: Buffer<ArrayBuffer>; readonly type: string }> => {
  const json = JSON.stringify(describe(message))
  if (message.pictures.length === 0) return { body: Buffer.from(json), type: 'application/json' }
  const form = new FormData()
  form.set('event', new Blob([json], { type: 'application/json' }))
  for (const [index, { name, type, data }] of message.pictures.entries()) {
    form.set(index === 0 ? 'picture' : 'crop', new Blob([Uint8Array.from(data)], { type }), name)
  }
  const whole = new Response(form)
  return { body: Buffer.from(await whole.arrayBuffer()), type: whole.headers.get('content-type') ?? '' }
}

/** The same words as in MQTT. */
const describe = ({ id, at, camera, sighting, title, text, url }: Message) => ({
  ...{ event_type: sighting ? 'sighting' : 'test', id, at: new Date(at).toISOString() },
  ...{ camera: camera.id, camera_name: camera.name, title, text },
  ...(sighting && detailsOf(sighting)),
  ...(url === null ? {} : { url }),
})

const detailsOf = ({ since, ...rest }: Sighting) => ({ ...rest, since: new Date(since).toISOString() })
