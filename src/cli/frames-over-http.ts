// Reads the MJPEG stream of a running Nightjar: one picture after the other, each with what its headers say of it.
import { MJPEG_BOUNDARY } from '../camera/ports.js'
import { Failure, sentenceOf } from '../lib/failure.js'

export interface Frame {
  readonly id: number
  /** Wall ms at which the camera saw it. */
  readonly at: number
  /** 0 (bright) to 255 (black). */
  readonly dark: number
  readonly night: boolean
  readonly jpeg: Buffer
}

export interface FramesRequest {
  /** Of the service: http://127.0.0.1:8080 */
  readonly url: string
  /** Null: the first. */
  readonly camera: string | null
  readonly annotated: boolean
  /** An Authorization header; null: none. */
  readonly authorization: string | null
  readonly signal: AbortSignal
}

const END_OF_HEAD = '\r\n\r\n'
/** A picture is no larger. */
const LARGEST = 32_000_000

const open = async (request: FramesRequest): Promise<AsyncIterable<Uint8Array>> => {
  const { url, camera, annotated, authorization, signal } = request
  const path = camera === null ? 'stream' : `api/cameras/${encodeURIComponent(camera)}/stream.mjpeg`
  const address = new URL(`${path}?annotated=${annotated}`, url.endsWith('/') ? url : `${url}/`)
  const response = await fetch(address, { signal, headers: authorization === null ? {} : { authorization } }).catch(
    (cause: unknown) => {
      const { cause: why = cause } = cause as { cause?: unknown }
      throw new Failure('unavailable', `no Nightjar answers at ${url} (${sentenceOf(why)})`, { cause })
    },
  )
  if (response.ok && response.body) return response.body as unknown as AsyncIterable<Uint8Array>
  const { error } = (await response.json().catch(() => ({}))) as { error?: string }
  if (response.status === 401)
    throw new Failure('unauthorized', `${url} wants a user: add --user, or set NIGHTJAR_TOKEN to an API token`)
  throw new Failure('unavailable', `${url} answers: ${error ?? response.statusText}`)
}

const parseHead = (head: string): { readonly bytes: number; readonly frame: Omit<Frame, 'jpeg'> } => {
  const fields = new Map(
    head.split('\r\n').flatMap((line): [string, string][] => {
      const colon = line.indexOf(':')
      return colon < 0 ? [] : [[line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]]
    }),
  )
  const number = (name: string): number => Number(fields.get(name) ?? Number.NaN)
  const bytes = number('content-length')
  if (!head.trimStart().startsWith(`--${MJPEG_BOUNDARY}`) || !(bytes >= 0 && bytes <= LARGEST))
    throw new Failure('invalid', 'that is no MJPEG stream of Nightjar')
  const at = Math.round(number('x-timestamp') * 1000)
  return {
    bytes,
    frame: { id: number('x-frame-id'), at, dark: number('x-dark-score'), night: fields.get('x-night') === '1' },
  }
}

/** Ends when the stream does or `signal` aborts. Failure 'unavailable', 'unauthorized' or 'invalid'. */
export async function* framesOverHttp(request: FramesRequest): AsyncGenerator<Frame, void, undefined> {
  let held: Buffer = Buffer.alloc(0)
  try {
    for await (const chunk of await open(request)) {
      held = Buffer.concat([held, chunk])
      for (;;) {
        const end = held.indexOf(END_OF_HEAD)
        if (end < 0) break
        const { bytes, frame } = parseHead(held.toString('latin1', 0, end))
        const begin = end + END_OF_HEAD.length
        if (held.length < begin + bytes) break
        yield { ...frame, jpeg: Buffer.from(held.subarray(begin, begin + bytes)) }
        held = held.subarray(begin + bytes)
      }
    }
  } catch (error) {
    if (request.signal.aborted) return
    throw error instanceof Failure ? error : new Failure('unavailable', `the stream broke off: ${sentenceOf(error)}`)
  }
}
