// What MediaMTX tells of its paths, as facts: asked for a few times a second, and told to watchers when a path gets or
// loses its video. No I/O.
import type { GatewayFacts } from '../../../camera/ports.js'
import type { MediamtxPath, MediamtxSession } from '../mediamtx-api.js'

type PathFacts = GatewayFacts['paths'][number]

export interface Tally {
  take(paths: readonly MediamtxPath[]): void
  /** Sessions as they are now: what one that is gone had missed stays counted. */
  count(sessions: readonly MediamtxSession[]): void
  /** Tells watchers what has changed; `isOpen`: whether a path's video is for readers. */
  tell(isOpen: (path: string) => boolean): void
  /** Nobody has video: MediaMTX is away. */
  clear(): void
  /** Who publishes there or what is pulled; undefined when nobody is. */
  sourceOf(path: string): string | undefined
  facts(names: readonly string[]): readonly PathFacts[]
}

/** `rtspSession` is of the protocol rtsp. */
const protocolOf = (type: string): string => type.replace(/(Session|Conn|Muxer)$/, '').toLowerCase()

const countBy = <Item>(items: readonly Item[], of: (item: Item) => string): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const item of items) counts[of(item)] = (counts[of(item)] ?? 0) + 1
  return counts
}

export const createTally = (onOnline: (path: string, online: boolean) => void): Tally => {
  let known = new Map<string, MediamtxPath>()
  let online = new Set<string>()
  let missed = new Map<string, { readonly path: string; readonly count: number }>()
  const past = new Map<string, number>()
  const tell = (isOpen: (path: string) => boolean): void => {
    const now = new Set(
      [...known.values()].filter(({ available, name }) => available && isOpen(name)).map(({ name }) => name),
    )
    const was = online
    online = now
    for (const name of was) if (!now.has(name)) onOnline(name, false)
    for (const name of now) if (!was.has(name)) onOnline(name, true)
  }
  return {
    tell,
    take: (paths) => {
      known = new Map(paths.map((path) => [path.name, path]))
    },
    count: (sessions) => {
      const now = new Map(
        sessions.map(({ id, path, outboundRTPPacketsDiscarded = 0, outboundFramesDiscarded = 0 }) => {
          return [id, { path, count: outboundRTPPacketsDiscarded + outboundFramesDiscarded }] as const
        }),
      )
      for (const [id, { path, count }] of missed) if (!now.has(id)) past.set(path, (past.get(path) ?? 0) + count)
      missed = now
    },
    clear: () => {
      known = new Map()
      missed = new Map()
      tell(() => false)
    },
    sourceOf: (path) => {
      const found = known.get(path)
      return found?.available ? found.source?.id : undefined
    },
    facts: (names) =>
      names.map((name) => {
        const path = known.get(name)
        const present = [...missed.values()]
          .filter((one) => one.path === name)
          .reduce((sum, { count }) => sum + count, 0)
        return {
          name,
          online: online.has(name),
          readers: path?.readers.length ?? 0,
          bytesIn: path?.inboundBytes ?? 0,
          bytesOut: path?.outboundBytes ?? 0,
          dropped: (past.get(name) ?? 0) + present,
          errors: path?.inboundFramesInError ?? 0,
          protocols: countBy(path?.readers ?? [], ({ type }) => protocolOf(type)),
        }
      }),
  }
}
