// Waiting for a gateway: for itself, without which nothing can be published, and for a path to have video, before which
// there is nothing to tap.
import type { Gateway } from '../media/gateway/gateway.js'

/** `watch` calls `found` as soon as what is waited for is there. Rejects with the signal's reason when aborted. */
const waiting = (signal: AbortSignal, watch: (found: () => void) => Disposable): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    let over = false
    const end = (settle: () => void): void => {
      if (over) return
      over = true
      signal.removeEventListener('abort', aborted)
      settle()
      // Some are told at once, before there is anything to dispose.
      queueMicrotask(() => watching[Symbol.dispose]())
    }
    const aborted = (): void => end(() => reject(signal.reason))
    signal.addEventListener('abort', aborted, { once: true })
    const watching = watch(() => end(resolve))
  })

/** Resolves when the path has video. Rejects with the signal's reason when aborted. */
export const pathOnline = (
  gateway: Pick<Gateway, 'facts' | 'watch'>,
  path: string,
  signal: AbortSignal,
): Promise<void> =>
  waiting(signal, (found) => {
    if (gateway.facts().paths.some(({ name, online }) => name === path && online)) found()
    return gateway.watch((name, online) => name === path && online && found())
  })

/** Resolves when the gateway takes video. Rejects with the signal's reason when aborted. */
export const gatewayWorks = (gateway: Pick<Gateway, 'watchHealth'>, signal: AbortSignal): Promise<void> =>
  waiting(signal, (found) => gateway.watchHealth(({ status }) => status === 'working' && found()))
