// What goes between the service and a processor's child: a message is a few words in JSON and, behind them, bytes as
// they are. Two lengths (little-endian, 32 bits) stand before: of the words, of the bytes. Pixels are never text.
import type { Writable } from 'node:stream'
import type { CameraState } from '../../camera/state.js'

/** To the child. */
export type Request =
  | { readonly type: 'load'; readonly path: string }
  /** Behind it: the picture's red, green and blue. `state` only when it is another one than before. */
  | {
      readonly type: 'frame'
      readonly width: number
      readonly height: number
      readonly at: number
      readonly state?: CameraState
    }

export type FactValue = string | number | boolean
export type Facts = Readonly<Record<string, FactValue>>
export type EventData = Readonly<Record<string, FactValue | null>>

/** What went wrong, and where in the user's files: `my.mjs:12`. */
export interface Trouble {
  readonly sentence: string
  readonly place: string | null
}

/** From the child. */
export type Answer =
  /** Once, to `load`. */
  | { readonly type: 'loaded' }
  | ({ readonly type: 'unloadable' } & Trouble)
  /** One to each `frame`: behind it the pixels, or nothing when the picture stays as it is. */
  | { readonly type: 'done' }
  | ({ readonly type: 'failed' } & Trouble)
  /** At any time: all facts it has reported so far. */
  | { readonly type: 'facts'; readonly facts: Facts }
  | { readonly type: 'event'; readonly name: string; readonly data: EventData }

const LENGTHS = 8
const MOST_WORDS = 4 * 1024 * 1024
/** A picture of 8K. */
const MOST_BYTES = 128 * 1024 * 1024
const NOTHING = new Uint8Array(0)

/** `body` must stay as it is until the other side has answered. */
export const writeMessage = (to: Writable, head: Request | Answer, body: Uint8Array = NOTHING): void => {
  const words = Buffer.from(JSON.stringify(head))
  const start = Buffer.alloc(LENGTHS + words.length)
  start.writeUInt32LE(words.length, 0)
  start.writeUInt32LE(body.length, 4)
  words.copy(start, LENGTHS)
  to.write(start)
  if (body.length > 0) to.write(body)
}

/**
 * Takes the bytes as they come and calls `onMessage` for each whole message. `room` gives as many bytes as asked for:
 * the body's place. Throws when the bytes make no sense.
 */
export const createMessageReader = <Head>(
  room: (bytes: number) => Uint8Array,
  onMessage: (head: Head, body: Uint8Array) => void,
): ((chunk: Buffer) => void) => {
  const lengths = Buffer.alloc(LENGTHS)
  let part: 'lengths' | 'words' | 'body' = 'lengths'
  let held: Uint8Array = lengths
  let filled = 0
  let head: Head | undefined
  const next = (): void => {
    filled = 0
    if (part === 'lengths') {
      if (lengths.readUInt32LE(0) > MOST_WORDS || lengths.readUInt32LE(4) > MOST_BYTES)
        throw new Error('a message without end')
      part = 'words'
      held = Buffer.allocUnsafe(lengths.readUInt32LE(0))
    } else if (part === 'words') {
      head = JSON.parse(Buffer.from(held).toString('utf8')) as Head
      part = 'body'
      const bytes = lengths.readUInt32LE(4)
      held = bytes > 0 ? room(bytes) : NOTHING
    } else {
      const body = held
      part = 'lengths'
      held = lengths
      onMessage(head as Head, body)
    }
  }
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      const taken = chunk.copy(held, filled, at, at + held.length - filled)
      at += taken
      filled += taken
      while (filled === held.length) next()
    }
  }
}
