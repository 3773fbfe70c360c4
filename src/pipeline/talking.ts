// What is said to and heard from a camera beside its video: where its streams are (asked again while its video stays
// away), what it detects by itself, and what it sets in its own picture. Each is a job of its own.
import type { Camera } from '../camera/camera.js'
import { type ImageControl, imageControls } from '../camera/settings.js'
import type { PartName } from '../camera/state.js'
import type { Clock } from '../lib/clock.js'
import { Failure, sentenceOf } from '../lib/failure.js'
import type { Log } from '../lib/log.js'
import { type Job, type JobHealth, supervise } from '../lib/supervise.js'
import { talkOf } from '../sources/index.js'
import type { Addresses, Image, TalkDeps, Wish } from '../sources/source.js'
import type { TalkPlan } from './plan.js'

export interface TalkingDeps {
  readonly camera: Camera
  readonly clock: Clock
  readonly log: Log
  /** What the camera answered, whenever that is news. */
  onAddresses(addresses: Addresses): void
}

export interface Talking {
  start(plan: TalkPlan): AsyncDisposable
  /** Whether video stays away: the camera may have moved it. */
  doubt(missing: boolean): void
  /** The camera's settings have changed. */
  follow(): void
}

/** A camera that comes back is found within this. */
const MAX_PAUSE_MS = 5000
/** Between two questions where the streams are while they stay away. */
const AGAIN_MS = 5000
/** Cameras lock out whoever comes with a wrong password again and again. */
const REFUSED_MS = 60_000

const PARTS: Readonly<Record<TalkPlan['about'], PartName | null>> = {
  addresses: 'source',
  reports: 'events',
  image: null,
}

export const createTalking = ({ camera, clock, log, onAddresses }: TalkingDeps): Talking => {
  const waiting = new Set<() => void>()
  const wake = (): void => {
    for (const go of [...waiting]) go()
  }
  const woken = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const go = (): void => {
        waiting.delete(go)
        signal.removeEventListener('abort', go)
        resolve()
      }
      waiting.add(go)
      signal.addEventListener('abort', go, { once: true })
      if (signal.aborted) go()
    })
  let missing = false
  let known = ''
  let done: Required<Wish> = { image: { brightness: 0, contrast: 0, saturation: 0, sharpness: 0 }, night: 'auto' }

  /** What the camera was not told yet; undefined when that is nothing. */
  const wishes = (): Wish | undefined => {
    const { image, night } = camera.state().settings
    const changed = imageControls.filter((control) => image[control] !== done.image[control])
    if (changed.length === 0 && night.mode === done.night) return undefined
    return {
      image: Object.fromEntries(changed.map((control: ImageControl) => [control, image[control]])) as Partial<Image>,
      ...(night.mode === done.night ? {} : { night: night.mode }),
    }
  }
  const note = (decision: 'done' | 'suppressed', reason: string): void =>
    camera.learn({ type: 'noted', note: { what: 'image', decision, reason } })

  const jobOf = ({ about, source }: TalkPlan): Job => {
    const talk = talkOf(source)
    if (!talk) throw new Error(`a talk was planned with a camera of kind ${source.kind}`)
    const adjust = async (wish: Wish, deps: TalkDeps): Promise<void> => {
      try {
        const refused = await talk.adjust(source, wish, deps)
        for (const reason of refused) note('suppressed', reason)
        if (refused.length === 0) note('done', 'the camera has set its picture')
      } catch (error) {
        if (!deps.signal.aborted) note('suppressed', sentenceOf(error))
        // What it says no to is not asked for again and again.
        if (!(error instanceof Failure && error.code === 'refused')) throw error
      }
      done = { image: { ...done.image, ...wish.image }, night: wish.night ?? done.night }
    }
    switch (about) {
      case 'addresses':
        return async (signal, ready) => {
          while (!signal.aborted) {
            const found = await talk.resolve(source, { clock, signal })
            ready()
            const { what, main, sub } = found
            if (known !== JSON.stringify([main, sub])) log.info(`${camera.id} is ${what}`)
            known = JSON.stringify([main, sub])
            onAddresses(found)
            do {
              while (!missing && !signal.aborted) await woken(signal)
              await clock.sleep(AGAIN_MS, signal)
            } while (!missing)
          }
        }
      case 'reports': {
        const listen = talk.listen(source)
        return async (signal, ready) => {
          const onReported: Parameters<NonNullable<typeof listen>>[0]['onReported'] = (what, active) =>
            camera.learn({ type: 'reported', what, active })
          await listen?.({ clock, signal, ready, onReported })
        }
      }
      case 'image':
        return async (signal, ready) => {
          while (!signal.aborted) {
            const wish = wishes()
            if (wish) await adjust(wish, { clock, signal })
            else {
              ready()
              await woken(signal)
            }
          }
        }
      default:
        return about satisfies never
    }
  }
  return {
    start: (plan) => {
      const part = PARTS[plan.about]
      const onHealth = (health: JobHealth): void => {
        if (part === null) return
        const problem = health.status === 'broken' ? health.problem : null
        camera.learn({ type: 'health', part, health: { status: health.status, problem } })
      }
      const name = `${plan.about} of ${camera.id}`
      return supervise(politely(jobOf(plan), clock), { name, clock, log, onHealth, maxPause: MAX_PAUSE_MS })
    },
    doubt: (now) => {
      missing = now
      wake()
    },
    follow: wake,
  }
}

/** The same job, which comes back only after a minute where name and password were not taken. */
const politely = (job: Job, clock: Clock): Job => {
  let refused = false
  return async (signal, ready) => {
    if (refused) await clock.sleep(REFUSED_MS, signal)
    refused = false
    try {
      await job(signal, ready)
    } catch (error) {
      refused = error instanceof Failure && error.code === 'unauthorized'
      throw error
    }
  }
}
