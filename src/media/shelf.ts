// What storage stands on: the index while there is one, the turns of finishing, the health of the disk, and the upkeep
// (room for what is new, agreement of files and index). Writes nothing unless something is to go.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Recordings } from '../camera/ports.js'
import type { PartHealth } from '../camera/state.js'
import type { StoredItem } from '../camera/stored-item.js'
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import type { Log } from '../lib/log.js'
import { createCoalesced, createSerial } from '../lib/serial.js'
import { cropsOf } from './crops.js'
import { claimFolder, type FreeBytes, formatBytes, freeBytes, storageFailure } from './disk.js'
import { learnNumbers, sweepShelf } from './recovery.js'
import { planRetention, type StorageConfig } from './retention.js'
import { type Index, isBroken, openIndex } from './storage-index.js'
import { dayOf } from './storage-names.js'

export interface StorageDeps {
  /** The data folder, absolute. */
  readonly data: string
  readonly config: StorageConfig
  readonly clock: Clock
  readonly log: Log
  readonly free?: FreeBytes
}

export interface Shelf extends AsyncDisposable {
  /** Failure 'storage' when there is no index or it can't do it. */
  withIndex<T>(use: (index: Index) => T): T
  /** Ids being made by this run. */
  readonly active: Set<string>
  inTurn<T>(task: () => Promise<T>): Promise<T>
  /** Aborts when storage ends. */
  readonly signal: AbortSignal
  /** Returns when something can be stored, or throws the Failure that says why not. */
  ready(): Promise<void>
  /** The index could not be told of something that is on the disk: they are compared when it takes something again. */
  missed(): void
  /** Something was told to the index. */
  took(): void
  /** Looks at the disk and makes room. */
  maintain(): Promise<void>
  /** Removes the files and forgets the item. */
  discard(item: StoredItem): Promise<void>
  usage(camera?: string): ReturnType<Recordings['usage']>
  watch(listener: (health: PartHealth) => void): Disposable
  readonly settled: Promise<void>
}

const CHECK = 60_000
const SWEEP = 3_600_000
const BATCH = 200

export const startShelf = async ({
  data,
  config,
  clock,
  log,
  free: measure = freeBytes,
}: StorageDeps): Promise<Shelf> => {
  const end = new AbortController()
  const inTurn = createSerial()
  const active = new Set<string>()
  const listeners = new Set<(health: PartHealth) => void>()
  let index: Index | undefined
  let free: number | null = null
  let problem: string | null = null
  let settled = Promise.resolve()
  let missing = false

  const health = (): PartHealth => ({ status: problem === null ? 'working' : 'broken', problem })
  const setProblem = (found: string | null): void => {
    if (found === problem) return
    if (problem === null) log.warn({ data }, `Nothing can be stored: ${found}`)
    if (found === null) log.info({ data }, 'Storage works again')
    problem = found
    for (const listener of listeners) listener(health())
  }
  const closeIndex = (): void => {
    index?.[Symbol.dispose]()
    index = undefined
  }
  const withIndex = <T>(use: (index: Index) => T): T => {
    if (!index) throw new Failure('storage', problem ?? 'The index of recordings is closed')
    try {
      return use(index)
    } catch (error) {
      if (isBroken(error)) {
        closeIndex()
        void maintain()
      }
      throw storageFailure(data, error)
    }
  }
  const openShelf = async (): Promise<void> => {
    const opened = openIndex(join(data, 'nightjar.db'), (to) =>
      log.warn({ to }, 'The index of recordings is broken; it is made again from the files'),
    )
    if (opened.fresh) await learnNumbers(data, opened)
    index = opened
    settled = sweep()
  }
  const discard = async (item: StoredItem): Promise<void> => {
    const main = join(data, item.path)
    const crops = item.kind === 'snapshot' ? await cropsOf(main) : []
    for (const path of new Set([main, main.replace(/\.mp4$/, '.jpg'), ...crops])) await rm(path, { force: true })
    withIndex((index) => index.forget(item.id))
  }
  const makeRoom = async (): Promise<void> => {
    for (let more = true; more && !end.signal.aborted; ) {
      const { used, items } = withIndex((index) => ({ used: index.totals().bytes, items: index.oldest(BATCH) }))
      const now = clock.now().wall
      const removals = planRetention(items, { limits: config, now, steadyFor: clock.steadyFor(), used, free })
      for (const { item, reason } of removals) {
        await discard(item)
        log.info({ item: item.id, reason }, `Removed ${item.id} by the limit of ${reason}`)
      }
      if (removals.length > 0) free = await measure(data)
      more = removals.length === BATCH
    }
  }
  const check = async (): Promise<string | null> => {
    try {
      await claimFolder(data)
      free = await measure(data)
      if (!index) await openShelf()
      await makeRoom()
    } catch (error) {
      return storageFailure(data, error).message
    }
    if (free >= config.min_free_bytes) return null
    const [left, floor] = [formatBytes(free), formatBytes(config.min_free_bytes)]
    return `Only ${left} are free on the disk (${floor} must stay free) and nothing more may be removed (${data})`
  }
  const maintain = createCoalesced(async () => {
    if (!end.signal.aborted) setProblem(await check())
  })
  const sweep = createCoalesced(async () => {
    if (!index || end.signal.aborted) return
    const isActive = (id: string): boolean => active.has(id)
    const today = dayOf(clock.now().wall)
    await sweepShelf({ data, index, today, isActive, inTurn, signal: end.signal, log }).catch((error: unknown) => {
      if (!end.signal.aborted) log.warn({ data }, `Recordings can't be read: ${storageFailure(data, error).message}`)
    })
  })

  await maintain()
  const look = clock.every(SWEEP, () => {
    settled = sweep()
  })
  const timers = [clock.every(CHECK, () => void maintain()), look]
  return {
    withIndex,
    active,
    inTurn,
    signal: end.signal,
    ready: async () => {
      if (problem !== null) await maintain()
      if (problem !== null) throw new Failure('storage', problem)
    },
    missed: () => {
      missing = true
    },
    took: () => {
      if (missing) settled = sweep()
      missing = false
    },
    maintain,
    discard,
    usage: (camera) => ({
      ...(index ? withIndex((index) => index.totals(camera)) : { items: 0, bytes: 0 }),
      free,
      problem,
    }),
    watch: (listener) => {
      listeners.add(listener)
      listener(health())
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    get settled() {
      return settled
    },
    [Symbol.asyncDispose]: async () => {
      end.abort(new Failure('unavailable', 'Storage was stopped'))
      for (const timer of timers) timer[Symbol.dispose]()
      await Promise.allSettled([maintain(), sweep(), inTurn(() => {})])
      closeIndex()
    },
  }
}
