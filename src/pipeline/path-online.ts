// Waiting for a gateway's path to have video: there is nothing to tap before.
import type { Gateway } from '../media/gateway/gateway.js'

/** Rejects with the signal's reason when aborted. */
export const pathOnline = (
  gateway: Pick<Gateway, 'facts' | 'watch'>,
  path: string,
  signal: AbortSignal,
): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const end = (): void => {
      watching[Symbol.dispose]()
      signal.removeEventListener('abort', aborted)
    }
    const aborted = (): void => {
      end()
      reject(signal.reason)
    }
    const found = (): void => {
      end()
      resolve()
    }
    const watching = gateway.watch((name, online) => {
      if (name === path && online) found()
    })
    signal.addEventListener('abort', aborted, { once: true })
    if (gateway.facts().paths.some(({ name, online }) => name === path && online)) found()
  })
