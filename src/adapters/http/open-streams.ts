// Every answer that stays open (MJPEG, events, live): how many there are, that each ends when its user is no longer
// let in or takes nothing for 30 s, and that all are gone when the server stops.
import type { ServerResponse } from 'node:http'
import type { Account } from '../../camera/ports.js'
import type { Clock } from '../../lib/clock.js'
import { Failure } from '../../lib/failure.js'
import type { AccountStore } from './accounts.js'

export const STALL_MS = 30_000
export const CHECK_MS = 5000
const MOST_OPEN = 400

export interface OpenStream {
  readonly account: Account
  /** Ends it at once, with all that it holds. */
  end(): void
  /** Called every 5 s. */
  check?(mono: number): void
}

export interface OpenStreams extends Disposable {
  /** Failure 'too-many' when there are too many. */
  check(): void
  open(stream: OpenStream): Disposable
  /** An answer that goes on until its client leaves or is let go of; `parts` end with it. */
  hold(answer: {
    readonly account: Account
    readonly raw: ServerResponse
    readonly parts: readonly Disposable[]
    /** Mono ms since when it takes nothing; undefined while it does. */
    busySince(): number | undefined
  }): void
}

export const createOpenStreams = (accounts: AccountStore, clock: Clock): OpenStreams => {
  const streams = new Set<OpenStream>()
  let ended = false
  const revoked = accounts.onRevoked((name) => {
    for (const stream of [...streams]) if (stream.account.name === name) stream.end()
  })
  const checks = clock.every(CHECK_MS, () => {
    // Asking makes the store notice what the command line changed.
    accounts.list()
    const { mono } = clock.now()
    for (const stream of [...streams]) stream.check?.(mono)
  })
  const open = (stream: OpenStream): Disposable => {
    streams.add(stream)
    if (ended) queueMicrotask(() => stream.end())
    return { [Symbol.dispose]: () => void streams.delete(stream) }
  }
  return {
    check: () => {
      if (streams.size >= MOST_OPEN) throw new Failure('too-many', `${MOST_OPEN} streams are open already`)
    },
    open,
    hold: ({ account, raw, parts, busySince }) => {
      const letGo = (): void => {
        for (const part of [...parts, place]) part[Symbol.dispose]()
        raw.destroy()
      }
      const check = (mono: number): void => {
        const since = busySince()
        if (since !== undefined && mono - since > STALL_MS) letGo()
      }
      const place = open({ account, end: letGo, check })
      raw.on('error', () => {})
      raw.once('close', letGo)
      // It may have left while its password was checked.
      if (raw.closed) letGo()
    },
    [Symbol.dispose]: () => {
      ended = true
      revoked[Symbol.dispose]()
      checks[Symbol.dispose]()
      for (const stream of [...streams]) stream.end()
      streams.clear()
    },
  }
}
