// What a kind of notifier is: options and their schema, and a sender made of them. Whether, when and how often a message
// is sent is not its matter.
import type { Sighting } from '../../camera/events.js'
import type { Slice } from '../../lib/slice.js'

/** A picture to go with it, as a file. */
export interface Enclosure {
  readonly name: string
  readonly type: 'image/jpeg' | 'image/png'
  readonly data: Buffer
}

export interface Message {
  /** Of the event: the same at each try. */
  readonly id: string
  /** Wall ms of the event. */
  readonly at: number
  readonly camera: { readonly id: string; readonly name: string }
  /** Null: a test. */
  readonly sighting: Sighting | null
  /** One line. */
  readonly title: string
  readonly text: string
  /** The picture's address on the page; null without a page or a picture. */
  readonly url: string | null
  /** Its own, best first. */
  readonly pictures: readonly Enclosure[]
}

export interface Sender {
  /** Whether it takes pictures along. */
  readonly pictures: boolean
  /**
   * Resolves when the far end has taken it. Ends soon after `signal` aborts. Failure 'refused': this message will never
   * be taken; any other error: it may be later.
   */
  send(message: Message, signal: AbortSignal): Promise<void>
}

export interface NotifierDefinition<Options extends { readonly kind: string } = { readonly kind: string }> {
  readonly kind: Options['kind']
  readonly doc: string
  readonly schema: Slice
  /** Where its messages go, for people: no secret in it. */
  to(options: Options): string
  open(options: Options): Sender
}

export const defineNotifier = <Options extends { readonly kind: string }>(
  definition: NotifierDefinition<Options>,
): NotifierDefinition<Options> => definition
