// A real SMTP server, and the letters it took as a mail program reads them.
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'

export interface MailServer extends AsyncDisposable {
  readonly port: number
  readonly letters: readonly Email[]
  /** What it says to the next letters' recipients, or to who signs in. */
  answers: { recipient?: { code: number; text: string }; silent?: boolean }
}

export const USER = { name: 'porch@example.org', password: 'let it out' }

/** `port` 0 takes a free one; `signIn`: it wants the user above, and a TLS certificate of its own. */
export const startMailServer = async ({ port = 0, signIn = false } = {}): Promise<MailServer> => {
  const letters: Email[] = []
  const answers: MailServer['answers'] = {}
  const server = new SMTPServer({
    ...{ authOptional: !signIn, disabledCommands: signIn ? [] : ['STARTTLS', 'AUTH'], logger: false },
    onAuth: ({ username, password }, _session, done) => {
      const good = username === USER.name && password === USER.password
      if (good) done(null, { user: USER.name })
      else done(Object.assign(new Error('Authentication credentials invalid'), { responseCode: 535 }))
    },
    onRcptTo: (_address, _session, done) => {
      const { recipient, silent } = answers
      if (silent) return
      done(recipient ? Object.assign(new Error(recipient.text), { responseCode: recipient.code }) : null)
    },
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => void chunks.push(chunk))
      stream.once('end', async () => {
        letters.push(await PostalMime.parse(Buffer.concat(chunks)))
        done()
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
  const address = server.server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    letters,
    answers,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
