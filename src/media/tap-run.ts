// One run of a tap's ffmpeg, from its start to its end: every pipe read to its end, silence noticed, each picture and
// fragment given its time. Ends when the signal aborts; throws what went wrong otherwise.
import { Failure } from '../lib/failure.js'
import { type ChildEnd, describeEnd, startChild } from '../lib/process.js'
import { openWidePipe } from '../lib/wide-pipe.js'
import {
  DETAIL_FD,
  DETAIL_TIMES_FD,
  FRAMES_FD,
  gateCommand,
  SOUND_FD,
  type TapArgs,
  TIMES_FD,
  tapArgs,
} from './ffmpeg-args.js'
import { createFragmentCutter } from './fragments.js'
import { createFrameReader } from './frames.js'
import type { DetailGate } from './gate.js'
import type { InitSegment } from './ring.js'
import { createStreamTime } from './stream-time.js'
import type { TapOptions } from './tap.js'

export type TapManner = Pick<TapArgs, 'sound' | 'probe'>

/** The stream's sound is not what was expected: the run is to be repeated so. */
export class OtherSound extends Error {
  constructor(readonly sound: TapManner['sound']) {
    super(`its sound is to be treated as: ${sound}`)
  }
}

export interface TapRunOptions extends TapOptions, TapManner {
  nextEpoch(): number
  readonly signal: AbortSignal
  ready(): void
}

const GRACE_MS = 1000
/** Of a group of pictures' first, more than any buffer of ffmpeg's; and of a few lines. */
const FILM_BYTES = 128 * 1024
const TIMES_BYTES = 4096
/** The first pipe beyond stderr. */
const FIRST_FD = 3
/** A jump back is repaired by the muxer with wrong times: only a new start makes them right again. */
const BACK_TICKS = 90_000

export const runTap = async (options: TapRunOptions): Promise<void> => {
  const { name, fragments, frames, clock, log, silence, signal } = options
  const detail = frames ? options.detail : undefined
  if (signal.aborted) return
  const time = createStreamTime()
  let init: InitSegment | undefined
  let problem: Error | undefined
  let lastFragment = clock.now().mono
  let lastFrame = lastFragment
  let arrival = lastFragment
  let said = false
  const worked = (): void => {
    if (!said) options.ready()
    said = true
  }

  const giveUp = (error: Error): void => {
    problem ??= error
    void child.stop(GRACE_MS)
  }
  /** Every pipe is read to its end, also when nothing can be made of it any more: an unread one freezes ffmpeg. */
  const heard = (use: (chunk: Buffer) => void) => (chunk: Buffer) => {
    if (problem || signal.aborted) return
    arrival = clock.now().mono
    try {
      use(chunk)
    } catch (error) {
      giveUp(error instanceof Error ? error : new Error(String(error)))
    }
  }

  const cutter = createFragmentCutter({
    sound: options.sound !== 'none',
    nextEpoch: options.nextEpoch,
    onInit: (next) => {
      init = next
      options.onInit(next)
    },
    onFragment: (fragment) => {
      if (!init) return
      const video = fragment.track === 'video'
      const mono = video ? time.seen(fragment.pts, arrival) : time.translate(fragment.pts, arrival)
      if (video) lastFragment = arrival
      options.onItem({ init, fragment: { ...fragment, mono } })
      if (video) worked()
    },
  })
  const reader = createFrameReader((data, width, height, pts) => {
    lastFrame = arrival
    options.onFrame({ data, width, height, pts, mono: time.seen(pts, arrival) })
    if (!fragments) worked()
    gate?.settle()
  })
  const largeReader = createFrameReader(
    (data, width, height, pts) => detail?.onDetail({ data, width, height, pts, mono: time.seen(pts, arrival) }),
    'yuv420p',
  )
  const readLine = soundAndTime(options)
  using film = await openWidePipe(heard(cutter.write), FILM_BYTES)
  using pictures = await openWidePipe(heard(reader.writePictures))
  using times = await openWidePipe(heard(reader.writeTimes), TIMES_BYTES)
  using large = detail ? await openWidePipe(heard(largeReader.writePictures)) : undefined
  const far = [film.far, pictures.far, times.far, ...(large ? [large.far] : [])]
  if (signal.aborted) return far.forEach((socket) => void socket.destroy())
  const openedAt = detail?.gate.every ?? 0
  const child = startChild({
    name: `tap of ${name}`,
    command: 'ffmpeg',
    args: tapArgs({ ...options, detail: detail ? { width: detail.width, every: openedAt } : null }),
    pipes: (large ? DETAIL_TIMES_FD : SOUND_FD) - FIRST_FD + 1,
    stdoutTo: film.far,
    sockets: {
      [FRAMES_FD - FIRST_FD]: pictures.far,
      [TIMES_FD - FIRST_FD]: times.far,
      ...(large ? { [DETAIL_FD - FIRST_FD]: large.far } : {}),
    },
    stdin: large !== undefined,
    onLine: (line) => {
      log.debug({ line }, `tap of ${name}`)
      const trouble = readLine(line)
      if (trouble) giveUp(trouble)
    },
  })
  far.forEach((socket) => void socket.destroy())
  child.pipe(SOUND_FD - FIRST_FD).on('data', heard(cutter.writeSound))
  if (large) child.pipe(DETAIL_TIMES_FD - FIRST_FD).on('data', heard(largeReader.writeTimes))
  const gate =
    detail && frames
      ? turnGate(detail.gate, openedAt, (every) => void child.stdin?.write(gateCommand(every, frames.fps)))
      : undefined
  const watch = clock.every(Math.max(50, Math.min(1000, silence / 4)), () => {
    const last = Math.min(fragments ? lastFragment : Infinity, frames ? lastFrame : Infinity)
    if (clock.now().mono - last >= silence)
      giveUp(new Failure('unavailable', `no frame for ${Math.round(silence / 100) / 10} s`))
  })
  const onAbort = (): void => void child.stop(GRACE_MS)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    const end = await child.exited
    if (signal.aborted) return
    if (!problem && said) log.info({ tail: end.tail.slice(-20) }, `tap of ${name} ended unasked`)
    throw problem ?? new Failure('unavailable', whyItEnded(end))
  } finally {
    watch[Symbol.dispose]()
    gate?.[Symbol.dispose]()
    signal.removeEventListener('abort', onAbort)
  }
}

/** Before its first frame ffmpeg has no filters that could hear a command. */
const turnGate = (
  gate: DetailGate,
  openedAt: number,
  tell: (every: number) => void,
): Disposable & { settle(): void } => {
  let settled = false
  const watching = gate.watch((every) => {
    if (settled) tell(every)
  })
  return {
    settle: () => {
      if (!settled && gate.every !== openedAt) tell(gate.every)
      settled = true
    },
    [Symbol.dispose]: () => watching[Symbol.dispose](),
  }
}

/** What a line of ffmpeg tells that only a new start can mend. */
const soundAndTime = ({ sound }: TapManner): ((line: string) => Error | undefined) => {
  let inInput = false
  return (line) => {
    if (/\] (Input|Output) #0/.test(line)) inInput = line.includes('] Input')
    const codec = inInput ? /Stream #0:\d.*: Audio: (\w+)/.exec(line)?.[1] : undefined
    if (codec && codec !== 'aac' && sound === 'copy') return new OtherSound('encode')
    if (sound !== 'none' && /Stream map '0:a:0' matches no streams/.test(line)) return new OtherSound('none')
    const times = /[Nn]on-monoton.*previous: (-?\d+), current: (-?\d+)/.exec(line)
    if (times && Number(times[1]) - Number(times[2]) > BACK_TICKS)
      return new Failure('unavailable', "the stream's clock jumped back")
    return undefined
  }
}

/** The last thing ffmpeg called an error, which is not the last thing it said. */
const whyItEnded = (end: ChildEnd): string => {
  const last = end.tail.findLast((line) => /\[(error|fatal|panic)\]/.test(line) && !line.includes('Conversion failed'))
  if (last) return last.replace(/\[[^\]]*\] /g, '')
  return end.code === 0 ? 'the stream ended' : describeEnd('ffmpeg', end)
}
