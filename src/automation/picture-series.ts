// Keeps motion as a series of pictures, instead of a video or beside it: from the moment it is told until the post-roll
// is over, one every so often. A watcher like any adapter.
import type { Fact } from '../camera/events.js'
import type { Cameras } from '../camera/ports.js'
import type { CameraState } from '../camera/state.js'
import type { Clock } from '../lib/clock.js'
import { sentenceOf } from '../lib/failure.js'
import type { Log } from '../lib/log.js'

export interface PictureSeriesDeps {
  readonly cameras: Pick<Cameras, 'watch' | 'execute' | 'state'>
  readonly clock: Pick<Clock, 'after'>
  readonly log: Log
}

/** One event's series. */
interface Series {
  timer: Disposable | undefined
  /** Ends it once motion has. */
  end: Disposable | undefined
  failed: boolean
}

const BY = { adapter: 'picture-series' }

/** Whether motion is kept in this form. Pure. */
export const keepsAs = (form: 'video' | 'pictures', { on, as }: CameraState['settings']['recording']): boolean =>
  on.includes('motion') && (as === form || as === 'both')

export const startPictureSeries = ({ cameras, clock, log }: PictureSeriesDeps): Disposable => {
  const running = new Map<string, Series>()

  const stop = (camera: string): void => {
    const series = running.get(camera)
    series?.timer?.[Symbol.dispose]()
    series?.end?.[Symbol.dispose]()
    running.delete(camera)
  }
  const take = async (camera: string, series: Series): Promise<void> => {
    const { picture_every_s } = cameras.state(camera).settings.recording
    // The next is due from now on, however long this one takes; two at a time are one too many.
    let due = false
    let done = false
    const next = (): void => {
      if (due && done && running.get(camera) === series) void take(camera, series)
    }
    series.timer = clock.after(picture_every_s * 1000, () => {
      due = true
      next()
    })
    await cameras.execute(camera, { type: 'snapshot', causes: ['motion'] }, BY).catch((error: unknown) => {
      if (!series.failed) log.warn({ camera, err: error }, `pictures of motion: ${sentenceOf(error)}`)
      series.failed = true
    })
    done = true
    next()
  }
  const onState = ({ motion, settings: { recording, privacy } }: CameraState, camera: string): void => {
    const series = running.get(camera)
    if (!keepsAs('pictures', recording) || privacy.enabled) {
      stop(camera)
    } else if (motion.active && !series) {
      const begun: Series = { timer: undefined, end: undefined, failed: false }
      running.set(camera, begun)
      void take(camera, begun)
    } else if (motion.active) {
      series?.end?.[Symbol.dispose]()
      if (series) series.end = undefined
    } else if (series && !series.end) {
      series.end = clock.after(recording.after_s * 1000, () => stop(camera))
    }
  }
  const watching = cameras.watch('picture-series', (fact: Fact) => {
    if (fact.type === 'state') onState(fact.state, fact.camera)
  })
  return {
    [Symbol.dispose]: () => {
      watching[Symbol.dispose]()
      for (const camera of [...running.keys()]) stop(camera)
    },
  }
}
