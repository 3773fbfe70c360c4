// What goes between the service and the engine's child: a message is a few words in JSON and, behind them, bytes as
// they are. Two lengths (little-endian, 32 bits) stand before: of the words, of the bytes. Pixels are never text.
import type { Writable } from 'node:stream'
import type { Detection } from '../../camera/objects.js'
import type { Box } from '../../lib/box.js'
import type { OwnModel } from '../detectors/onnx.js'
import type { Use } from './choose.js'

/** To the child. */
export type Request =
  | {
      readonly type: 'setup'
      readonly uses: readonly Use[]
      /** Labels whose detectors are loaded at once; others when they are first asked for. */
      readonly labels: readonly string[]
      readonly own: OwnModel | null
    }
  | {
      /** Behind it: a yuv420p picture. */
      readonly type: 'look'
      readonly width: number
      readonly height: number
      readonly windows: readonly Box[]
      readonly sweep: boolean
      readonly labels: readonly string[]
      readonly score: Readonly<Record<string, number>>
    }

/** From the child: one for each request, in turn. */
export type Answer =
  | { readonly type: 'ready'; readonly problems: readonly string[] }
  | { readonly type: 'found'; readonly detections: readonly Detection[] }
  | { readonly type: 'failed'; readonly problem: string }

const LENGTHS = 8
const NOTHING = new Uint8Array(0)

export const writeMessage = (to: Writable, head: Request | Answer, body: Uint8Array = NOTHING): void => {
  const words = Buffer.from(JSON.stringify(head))
  const lengths = Buffer.alloc(LENGTHS)
  lengths.writeUInt32LE(words.length, 0)
  lengths.writeUInt32LE(body.length, 4)
  to.write(Buffer.concat([lengths, words]))
  if (body.length > 0) to.write(body)
}

/** Takes the bytes as they come and calls `onMessage` for each whole message. `body` is valid until the next one comes. */
export const createMessageReader = <Head>(onMessage: (head: Head, body: Buffer) => void): ((chunk: Buffer) => void) => {
  let wanted = LENGTHS
  // As large as ever needed: pictures come all the time.
  let held = Buffer.alloc(LENGTHS)
  let length = 0
  let words = -1
  const whole = (): void => {
    if (words < 0) {
      words = held.readUInt32LE(0)
      wanted = words + held.readUInt32LE(4)
    } else {
      const head = JSON.parse(held.toString('utf8', 0, words)) as Head
      const body = held.subarray(words, wanted)
      words = -1
      wanted = LENGTHS
      onMessage(head, body)
    }
    if (held.length < wanted) held = Buffer.allocUnsafe(wanted)
    length = 0
  }
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      const taken = chunk.copy(held, length, at, at + wanted - length)
      at += taken
      length += taken
      if (length === wanted) whole()
    }
  }
}
