// The ring for a browser's MediaSource: an init segment, then fragments from the newest key frame on. A consumer is
// never waited for: one that falls behind loses what it did not take and goes on at a key frame.
import type { LiveMessage } from '../camera/ports.js'
import type { InitSegment, Ring, RingItem } from './ring.js'

export interface LiveLimits {
  /** How long a fragment may wait to be taken. */
  readonly maxSeconds?: number
  readonly maxBytes?: number
}

/** Ends when `signal` aborts. After a gap in the fragments' times the page goes to the end of what it has. */
export async function* liveMessages(
  ring: Ring,
  signal: AbortSignal,
  { maxSeconds = 4, maxBytes = 16 * 1024 * 1024 }: LiveLimits = {},
): AsyncGenerator<LiveMessage, void, undefined> {
  let waiting: { readonly item: RingItem; readonly since: number }[] = []
  let bytes = 0
  let skipping = false
  let wake: () => void = () => {}

  const add = (item: RingItem, since: number): void => {
    waiting.push({ item, since })
    bytes += item.fragment.data.length
  }
  /** Goes on at the newest key frame that waits, or at the next one. */
  const skip = (): void => {
    const newest = waiting.findLastIndex(({ item }) => item.fragment.key)
    waiting = newest > 0 ? waiting.slice(newest) : []
    bytes = waiting.reduce((sum, { item }) => sum + item.fragment.data.length, 0)
    skipping = waiting.length === 0
  }
  const hear = (item: RingItem): void => {
    const { mono, key } = item.fragment
    const oldest = waiting[0]
    if (oldest && (mono - oldest.since > maxSeconds * 1000 || bytes > maxBytes)) skip()
    if (skipping && !key) return
    skipping = false
    add(item, mono)
    wake()
  }
  const onAbort = (): void => wake()

  const newest = ring.newest?.fragment.mono
  if (newest !== undefined) for (const item of ring.from(newest)) add(item, newest)
  const watching = ring.watch(hear)
  signal.addEventListener('abort', onAbort)
  try {
    let init: InitSegment | undefined
    while (!signal.aborted) {
      const next = waiting.shift()
      if (!next) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        continue
      }
      const { item } = next
      bytes -= item.fragment.data.length
      if (item.init.epoch !== init?.epoch) {
        init = item.init
        yield { type: 'init', mime: init.mime, data: init.data }
        if (signal.aborted) return
      }
      yield { type: 'fragment', data: item.fragment.data }
    }
  } finally {
    watching[Symbol.dispose]()
    signal.removeEventListener('abort', onAbort)
  }
}
