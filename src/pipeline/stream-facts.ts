// Which streams each camera has and how they are encoded: measured anew whenever a path gets its video, one at a time.
import type { Encoding, StreamViews } from '../camera/ports.js'
import { sentenceOf } from '../lib/failure.js'
import type { Log } from '../lib/log.js'
import { createSerial } from '../lib/serial.js'
import type { Gateway } from '../media/gateway/gateway.js'
import { measureStream } from '../media/measure.js'
import { pathOf } from './plan.js'

export interface StreamFactsDeps {
  readonly cameras: readonly string[]
  readonly gateway: Pick<Gateway, 'facts' | 'watch' | 'serviceUrl'>
  readonly log: Log
  /** Another way to measure, for tests. */
  readonly measure?: typeof measureStream
}

const NAMES = ['main', 'sub'] as const

export const startStreamFacts = (deps: StreamFactsDeps): StreamViews & AsyncDisposable => {
  const { cameras, gateway, log, measure = measureStream } = deps
  const known = new Map<string, Encoding>()
  const wanted = new Set<string>()
  const end = new AbortController()
  const inTurn = createSerial()
  const paths = cameras.flatMap((id) => NAMES.map((name) => pathOf(id, name)))
  let last: Promise<unknown> = Promise.resolve()

  const look = (path: string): void => {
    if (wanted.has(path) || !paths.includes(path)) return
    wanted.add(path)
    last = inTurn(async () => {
      wanted.delete(path)
      if (end.signal.aborted) return
      try {
        known.set(path, await measure(gateway.serviceUrl(path), end.signal))
      } catch (error) {
        // It has gone again; it will be measured when it is back.
        if (!end.signal.aborted) log.debug(`${path} was not measured: ${sentenceOf(error)}`)
      }
    })
  }
  const watching = gateway.watch((path, online) => {
    if (online) look(path)
  })
  for (const { name, online } of gateway.facts().paths) if (online) look(name)
  return {
    streams: (camera) => {
      const there = new Set(gateway.facts().paths.map(({ name }) => name))
      return NAMES.flatMap((name) => {
        const path = pathOf(camera, name)
        const encoding = known.get(path) ?? null
        // A camera that is switched off has its streams all the same.
        return name === 'main' || encoding || there.has(path) ? [{ name, path, encoding }] : []
      })
    },
    [Symbol.asyncDispose]: async () => {
      watching[Symbol.dispose]()
      end.abort()
      await last
    },
  }
}
