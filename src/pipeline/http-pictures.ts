// JPEGs from a camera that speaks HTTP: one long answer of many, or one for each question; its answer tells which.
// Every mistake becomes a sentence about the camera; user and password stand in none.
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Clock } from '../lib/clock.js'
import { answerChallenge } from '../lib/digest.js'
import { Failure, sentenceOf } from '../lib/failure.js'
import { bareHost } from '../lib/network.js'
import { decodePercent } from '../lib/percent.js'
import { createJpegCutter } from '../media/jpeg-cutter.js'
import type { HttpPictures } from '../sources/source.js'

export interface HttpPicturesDeps {
  readonly clock: Clock
  readonly signal: AbortSignal
  onPicture(jpeg: Buffer): void
}

const SILENCE_MS = 10_000

const unavailable = (sentence: string, cause?: unknown): Failure =>
  new Failure('unavailable', sentence, ...(cause === undefined ? [] : [{ cause }]))

/** Runs until `signal` aborts (it then resolves) or the camera is at fault (a Failure 'unavailable'). */
export const readHttpPictures = async (camera: HttpPictures, deps: HttpPicturesDeps): Promise<void> => {
  const { clock, signal } = deps
  const address = new URL(camera.url)
  const secure = address.protocol === 'https:'
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, rejectUnauthorized: camera.checkCertificate })
    : new HttpAgent({ keepAlive: true })
  const ask = createAsker(camera, address, agent, signal)
  const pause = 1000 / camera.fps
  try {
    while (!signal.aborted) {
      const askedAt = clock.now().mono
      const answer = await ask()
      const kind = kindOf(answer)
      const pictures = await readPictures(answer, deps, kind === 'stream')
      if (signal.aborted) return
      if (kind === 'stream') throw unavailable('the camera has ended its stream')
      if (pictures === 0) throw unavailable('what the camera calls a JPEG is none')
      const left = askedAt + pause - clock.now().mono
      if (left > 0) await clock.sleep(left, signal)
    }
  } catch (error) {
    if (signal.aborted) return
    throw error instanceof Failure ? error : unavailable(`${address.host}: ${reasonOf(error)}`, error)
  } finally {
    agent.destroy()
  }
}

const reasonOf = (error: unknown): string => {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? ''
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code))
    return `its certificate is not to be trusted (${code}): source.check_certificate: false takes it`
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'there is no machine of this name',
    EHOSTUNREACH: 'the machine can not be reached',
    ECONNRESET: 'it hung up',
    EPROTO: 'it does not speak TLS there',
  }
  return words[code] ?? sentenceOf(error)
}

/** Each call is one question; with the password, in the way the camera wants it, once it has asked for one. */
const createAsker = (
  { username, password }: HttpPictures,
  address: URL,
  agent: HttpAgent,
  signal: AbortSignal,
): (() => Promise<IncomingMessage>) => {
  const credentials = {
    username: username ?? decodePercent(address.username),
    password: password ?? decodePercent(address.password),
  }
  const uri = `${address.pathname}${address.search}`
  let challenge: string | undefined
  const send = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const authorization =
        challenge === undefined ? undefined : answerChallenge(challenge, credentials, { method: 'GET', uri })
      const options = {
        ...{ agent, signal, path: uri, hostname: bareHost(address.hostname), port: address.port },
        ...{ timeout: SILENCE_MS, headers: { accept: '*/*', ...(authorization ? { authorization } : {}) } },
      }
      const asked: ClientRequest = (address.protocol === 'https:' ? httpsRequest : httpRequest)(options, resolve)
      asked.once('timeout', () => asked.destroy(unavailable(`the camera says nothing for ${SILENCE_MS / 1000} s`)))
      asked.once('error', reject)
      asked.end()
    })
  return async () => {
    let answer = await send()
    if (answer.statusCode === 401) {
      answer.resume()
      // A nonce grows old: the same question again, with the new one.
      challenge = answer.headers['www-authenticate'] ?? ''
      if (credentials.username === '') throw unavailable('the camera wants a user and a password')
      answer = await send()
    }
    checkStatus(answer)
    return answer
  }
}

const checkStatus = (answer: IncomingMessage): void => {
  const { statusCode = 0, statusMessage, headers } = answer
  if (statusCode === 200) return
  answer.destroy()
  if (statusCode === 401 || statusCode === 403) throw unavailable('the camera refuses the user or the password')
  if (statusCode === 404) throw unavailable('the camera has nothing at this address (404)')
  if (statusCode >= 300 && statusCode < 400 && headers.location)
    throw unavailable('the camera sends us to another address: give that one')
  throw unavailable(`the camera answers ${statusCode} ${statusMessage ?? ''}`.trim())
}

const kindOf = (answer: IncomingMessage): 'stream' | 'picture' => {
  const type = (answer.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (type.startsWith('multipart/') || type === 'video/x-motion-jpeg' || type === 'video/x-mjpeg') return 'stream'
  if (type === 'image/jpeg' || type === 'image/jpg' || type === 'image/pjpeg' || type === 'application/octet-stream')
    return 'picture'
  answer.destroy()
  if (type.startsWith('text/')) throw unavailable('the camera answers with a page, not with pictures')
  throw unavailable(`the camera sends ${type || 'something without a name'}, not JPEG`)
}

/** How many pictures the answer has had, at its end. */
const readPictures = (answer: IncomingMessage, deps: HttpPicturesDeps, stream: boolean): Promise<number> =>
  new Promise((resolve, reject) => {
    const { clock, signal, onPicture } = deps
    let count = 0
    let heardAt = clock.now().mono
    const cutter = createJpegCutter((picture) => {
      count += 1
      heardAt = clock.now().mono
      if (!signal.aborted) onPicture(picture)
    })
    const end = (problem?: unknown): void => {
      watching[Symbol.dispose]()
      signal.removeEventListener('abort', onAbort)
      answer.destroy()
      if (problem === undefined || signal.aborted) resolve(count)
      else reject(problem)
    }
    const onAbort = (): void => end()
    const watching = clock.every(1000, () => {
      if (clock.now().mono - heardAt >= SILENCE_MS)
        end(unavailable(`no picture from the camera for ${SILENCE_MS / 1000} s`))
    })
    answer.on('data', (chunk: Buffer) => {
      try {
        cutter.write(chunk)
      } catch (error) {
        end(unavailable(sentenceOf(error), error))
      }
    })
    answer.once('end', () => end())
    answer.once('error', (error) =>
      end(stream ? unavailable(`the stream broke off: ${reasonOf(error)}`, error) : error),
    )
    signal.addEventListener('abort', onAbort)
  })
