// Messages as e-mail, through the mail server of the house's people; the pictures are attached.
import type { Transporter } from 'nodemailer'
import { Failure, sentenceOf } from '../../../lib/failure.js'
import type { Slice } from '../../../lib/slice.js'
import { defineNotifier } from '../notifier.js'

const securities = ['starttls', 'tls', 'none'] as const

export interface EmailOptions {
  readonly kind: 'email'
  readonly host: string
  readonly port: number
  readonly security: (typeof securities)[number]
  readonly reject_unauthorized: boolean
  readonly username: string | null
  readonly password: string | null
  readonly from: string | null
  readonly to: readonly string[]
  readonly picture: boolean
}

const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+$/
const LIMIT_MS = 15_000

const checkAddresses = (value: unknown): void => {
  const good =
    Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string' && ADDRESS.test(one))
  if (!good) throw new Error('must be a list of e-mail addresses, such as [ada@example.org]')
}

const checkHost = (value: unknown): void => {
  if (typeof value !== 'string' || !/^[^\s/:@]+$|^[0-9a-f:]+$/i.test(value))
    throw new Error('must be the name of a mail server, such as smtp.example.org')
}

const schema = {
  host: { doc: 'Mail server', format: checkHost, default: null },
  port: { doc: 'Its port: 587 for starttls, 465 for tls', format: 'port', default: 587 },
  security: {
    doc: 'How the way there is encrypted; none sends password and pictures in the clear',
    format: securities,
    default: 'starttls',
  },
  reject_unauthorized: {
    doc: 'Refuse a mail server whose certificate is not signed by a known authority',
    format: 'Boolean',
    default: true,
  },
  username: { doc: 'Name to sign in at the mail server', format: 'String', default: null, nullable: true },
  password: { doc: 'Password there', format: 'String', default: null, nullable: true, sensitive: true },
  from: {
    doc: 'Sender; the username if that is an address, or else the first of `to`',
    format: (value: unknown) => {
      if (typeof value !== 'string' || !ADDRESS.test(value)) throw new Error('must be an e-mail address')
    },
    default: null,
    nullable: true,
  },
  to: { doc: 'Who gets it', format: checkAddresses, default: null },
  picture: { doc: 'Attach the picture', format: 'Boolean', default: true },
} as const satisfies Slice

export const email = defineNotifier<EmailOptions>({
  kind: 'email',
  doc: 'E-mail with the picture attached',
  schema,
  to: ({ to }) => to.join(', '),
  open: ({ host, port, security, reject_unauthorized, username, password, to, picture, ...options }) => {
    const from = options.from ?? (username && ADDRESS.test(username) ? username : (to[0] ?? ''))
    const connect = async (): Promise<Transporter> => {
      // A house that does not mail does not load it.
      const { createTransport } = await import('nodemailer')
      return createTransport({
        ...{ host, port, secure: security === 'tls', requireTLS: security === 'starttls' },
        ...{ ignoreTLS: security === 'none', tls: { rejectUnauthorized: reject_unauthorized } },
        ...(username === null ? {} : { auth: { user: username, pass: password ?? '' } }),
        ...{ connectionTimeout: LIMIT_MS, greetingTimeout: LIMIT_MS, socketTimeout: LIMIT_MS },
        ...{ disableFileAccess: true, disableUrlAccess: true },
      })
    }
    let connected: Promise<Transporter> | undefined
    return {
      pictures: picture,
      send: async ({ id, at, title, text, pictures }, signal) => {
        connected ??= connect()
        const attachments = pictures.map(({ name, type, data }) => ({
          ...{ filename: name, contentType: type, content: data },
        }))
        // A second try after a lost answer is the same letter: mail programs show it once.
        const messageId = `<${id}@nightjar>`
        const envelope = { from: { name: 'Nightjar', address: from }, to: [...to] }
        const letter = { ...envelope, subject: title, text, attachments, messageId, date: new Date(at), signal }
        await (await connected).sendMail(letter).catch((cause: unknown) => {
          throw new Failure(isFinal(cause) ? 'refused' : 'unavailable', `${host}:${port}: ${sentenceOf(cause)}`, {
            cause,
          })
        })
      },
    }
  },
})

/** The server has read the letter, or its addresses, and will not have it (a 5xx; one about the sign-in may be mended). */
const isFinal = (error: unknown): boolean => {
  const { code, responseCode = 0 } = error as { readonly code?: string; readonly responseCode?: number }
  return responseCode >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE')
}
