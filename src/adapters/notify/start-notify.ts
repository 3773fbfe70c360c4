// Tells people of what was seen: hears sightings, decides, and hands what is to be told to each notifier's way out. Each
// decision is noted in the camera's trace.
import { join } from 'node:path'
import type { Fact, TraceEntry } from '../../camera/events.js'
import type { Cameras, Links, Notifiers, NotifierView, Pictures, Recordings } from '../../camera/ports.js'
import type { Clock } from '../../lib/clock.js'
import { Failure } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import { messageOf } from './compose.js'
import { type Delivery, startDelivery } from './delivery.js'
import { type Entry, entryOf, readEntry } from './entry.js'
import type { Enclosure, Sender } from './notifier.js'
import { openNotifier } from './notifiers/index.js'
import { decide, toldKey } from './notify.js'
import type { NotifyConfig } from './notify-config.js'
import { openOutbox } from './outbox.js'

export interface NotifyDeps {
  /** The data folder: what could not be sent yet waits below it, in `outbox`. */
  readonly data: string
  readonly config: readonly NotifyConfig[]
  readonly cameras: Pick<Cameras, 'watch' | 'state' | 'list'>
  readonly recordings: Pick<Recordings, 'files' | 'crop'>
  /** For tests that a person asks for. */
  readonly pictures: Pictures
  /** Into the camera's trace. */
  note(camera: string, note: Omit<TraceEntry, 'at'>): void
  readonly links: Links
  readonly clock: Clock
  readonly log: Log
}

type SightingFact = Extract<Fact, { type: 'event' }> & { readonly event: { readonly type: 'sighting' } }

interface Notifier extends AsyncDisposable {
  hear(fact: SightingFact): void
  view(): NotifierView
  test(signal: AbortSignal): Promise<string>
}

const TEST_MS = 30_000

/** Resolves when what waits has been read: a far end that is away is health, not an error. */
export const startNotify = async (deps: NotifyDeps): Promise<Notifiers & AsyncDisposable> => {
  const all = new Map<string, Notifier>()
  for (const config of deps.config) all.set(config.name, await startNotifier(config, deps))
  const end = new AbortController()
  const watch = deps.cameras.watch('notify', (fact) => {
    if (!isSighting(fact)) return
    for (const notifier of all.values()) notifier.hear(fact)
  })
  return {
    list: () => [...all.values()].map((notifier) => notifier.view()),
    test: async (name) => {
      const notifier = all.get(name)
      if (!notifier) throw new Failure('not-found', `there is no notifier "${name}"`)
      return notifier.test(AbortSignal.any([end.signal, AbortSignal.timeout(TEST_MS)]))
    },
    [Symbol.asyncDispose]: async () => {
      watch[Symbol.dispose]()
      end.abort(new Failure('unavailable', 'Nightjar stops'))
      await Promise.all([...all.values()].map((notifier) => notifier[Symbol.asyncDispose]()))
    },
  }
}

const isSighting = (fact: Fact): fact is SightingFact => fact.type === 'event' && fact.event.type === 'sighting'

const startNotifier = async (config: NotifyConfig, deps: NotifyDeps): Promise<Notifier> => {
  const { data, cameras, pictures, clock, log } = deps
  const { name, kind } = config
  const way = `notify ${name}`
  const { sender, to } = openNotifier(config)
  const told = new Map<string, number>()
  let sent: number | null = null
  const note = (camera: string, decision: TraceEntry['decision'], reason: string): void =>
    deps.note(camera, { what: way, decision, reason })
  const took = (): void => {
    sent = clock.now().wall
  }
  const outbox = await openOutbox({ name: way, folder: join(data, 'outbox', name), read: readEntry, log })
  const delivery: Delivery<Entry> = startDelivery({
    name: way,
    send: async (entry, signal) => sender.send(await messageOf(entry, sender.pictures, deps), signal),
    onSent: ({ camera, title }) => {
      took()
      note(camera.id, 'done', `"${title}" was sent to ${to}`)
    },
    onDropped: ({ camera, title }, reason) => {
      log.warn({ camera: camera.id, notifier: name }, `${way}: "${title}" is not sent: ${reason}`)
      note(camera.id, 'suppressed', `"${title}" is not sent: ${reason}`)
    },
    ...{ outbox, clock, log },
  })
  return {
    hear: ({ id, at, camera, event: { sighting } }) => {
      const now = clock.now()
      const decision = decide(config, { camera, sighting }, told, now)
      if (!decision.tell) {
        if (decision.reason !== null) note(camera, 'suppressed', decision.reason)
        return
      }
      told.set(toldKey({ camera, sighting }), now.mono)
      delivery.put(entryOf({ id, at }, cameras.state(camera), sighting))
    },
    view: () => ({ name, kind, to, health: delivery.health(), waiting: delivery.waiting, sent }),
    test: async (signal) => {
      const camera = cameras.list().find(({ id }) => config.cameras.length === 0 || config.cameras.includes(id))
      if (!camera) throw new Failure('refused', 'there is no camera to tell of')
      const { id, name: words } = camera
      const at = clock.now().wall
      const enclosed = await presentPicture(id, sender, pictures)
      const title = `Test: ${words}`
      const text = `This is a test: Nightjar tells you like this when ${words} sees something.`
      const message = { id: `test-${name}-${at.toString(36)}`, at, camera: { id, name: words }, sighting: null }
      await sender.send({ ...message, title, text, url: null, pictures: enclosed }, signal)
      took()
      return `A test was sent to ${to}${sender.pictures && enclosed.length === 0 ? ', without a picture: there is none now' : ''}`
    },
    [Symbol.asyncDispose]: async () => {
      await delivery[Symbol.asyncDispose]()
      await outbox[Symbol.asyncDispose]()
    },
  }
}

/** None while the camera is away or private. */
const presentPicture = async (camera: string, sender: Sender, pictures: Pictures): Promise<readonly Enclosure[]> => {
  if (!sender.pictures) return []
  return pictures.picture(camera, { format: 'jpg' }).then(
    ({ data }): Enclosure[] => [{ name: `${camera}.jpg`, type: 'image/jpeg', data }],
    () => [],
  )
}
