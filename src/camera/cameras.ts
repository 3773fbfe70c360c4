// All cameras, and the one order in which everybody hears their facts.
import type { Clock } from '../lib/clock.js'
import { Failure, sentenceOf } from '../lib/failure.js'
import type { Log } from '../lib/log.js'
import { type Camera, createCamera } from './camera.js'
import type { Fact } from './events.js'
import type { Cameras } from './ports.js'
import type { CameraIdentity } from './rules/mind.js'
import type { CameraSettings } from './settings.js'

export interface CamerasDeps {
  readonly cameras: readonly (CameraIdentity & { readonly settings: CameraSettings })[]
  readonly clock: Clock
  readonly log: Log
  saveSettings(camera: string, settings: CameraSettings): Promise<void>
}

/** `parts` are for their pipelines; everybody else gets the `Cameras` interface. */
export interface House extends Cameras {
  readonly parts: readonly Camera[]
}

interface Watcher {
  readonly name: string
  readonly listener: (fact: Fact) => void
  /** Facts up to this number are in the present state it was told first. */
  readonly since: number
}

export const createCameras = ({ cameras, clock, log, saveSettings }: CamerasDeps): House => {
  const watchers = new Set<Watcher>()
  const queue: { readonly number: number; readonly fact: Fact }[] = []
  let told = 0
  let telling = false

  const give = (watcher: Watcher, fact: Fact): void => {
    try {
      watcher.listener(fact)
    } catch (error) {
      log.error(
        { watcher: watcher.name, fact: fact.type, err: error },
        `${watcher.name} failed at a fact: ${sentenceOf(error)}`,
      )
    }
  }
  // A watcher may cause the next fact while it hears one: it waits, so that all hear the same order.
  const inOrder = (first: () => void): void => {
    const outermost = !telling
    telling = true
    first()
    if (!outermost) return
    for (let next = queue.shift(); next; next = queue.shift()) {
      for (const watcher of [...watchers]) {
        if (next.number > watcher.since && watchers.has(watcher)) give(watcher, next.fact)
      }
    }
    telling = false
  }
  const tell = (fact: Fact): void => {
    told += 1
    queue.push({ number: told, fact })
    inOrder(() => {})
  }
  const parts = new Map<string, Camera>()
  for (const { settings, ...identity } of cameras) {
    const save = (next: CameraSettings): Promise<void> => saveSettings(identity.id, next)
    parts.set(identity.id, createCamera({ ...identity, settings, clock, tell, saveSettings: save }))
  }
  const find = (id: string): Camera => {
    const camera = parts.get(id)
    if (!camera) throw new Failure('not-found', `there is no camera "${id}"`)
    return camera
  }
  return {
    parts: [...parts.values()],
    list: () => [...parts.values()].map((camera) => camera.state()),
    state: (id) => find(id).state(),
    trace: (id) => find(id).trace(),
    execute: async (id, command, by) => find(id).execute(command, by),
    watch: (name, listener) => {
      const watcher: Watcher = { name, listener, since: told }
      const at = clock.now().wall
      watchers.add(watcher)
      inOrder(() => {
        for (const camera of parts.values()) {
          give(watcher, { type: 'state', camera: camera.id, at, state: camera.state(), previous: null })
        }
      })
      return { [Symbol.dispose]: () => void watchers.delete(watcher) }
    },
  }
}
