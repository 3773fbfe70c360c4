// Night for cameras that can't see it themselves: a configured command moves the infrared filter (or switches a lamp)
// once when the service starts and once for each change between day and night. One that fails is tried again, and is
// the camera's problem until it works. Files say the command: nobody sets it over HTTP or MQTT.
import type { House } from '../camera/cameras.js'
import type { Fact, TraceEntry } from '../camera/events.js'
import type { PartHealth } from '../camera/state.js'
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import type { Log } from '../lib/log.js'
import { describeEnd, startChild } from '../lib/process.js'
import { createSerial } from '../lib/serial.js'
import { checkCommand, type Slice } from '../lib/slice.js'
import { type Job, type JobHealth, supervise } from '../lib/supervise.js'

type Mode = 'day' | 'night'

/** A program and its arguments, for each; empty: nothing is run. */
export type IrCutCommand = Readonly<Record<Mode, readonly string[]>>

const when = (mode: string) => ({
  doc: `Run when ${mode} begins, to move the infrared filter: a program and its arguments, without a shell (file only)`,
  format: checkCommand,
  default: [],
})

export const irCutSchema = { day: when('day'), night: when('night') } as const satisfies Slice

export interface NightExposureDeps {
  readonly cameras: Pick<House, 'watch' | 'parts'>
  readonly configs: readonly { readonly id: string; readonly irCut?: IrCutCommand }[]
  readonly clock: Clock
  readonly log: Log
}

const LIMIT_MS = 10_000

/** Runs it once, then waits: whoever supervises it starts it again only when it failed. */
const runOnce =
  (camera: string, mode: Mode, [command = '', ...args]: readonly string[], clock: Clock, log: Log): Job =>
  async (signal, ready) => {
    const name = `the infrared filter's command for ${mode}`
    const child = startChild({
      ...{ name, command, args },
      onLine: (line) => log.debug({ line, camera }, name),
    })
    child.stdout.resume()
    let late = false
    const limit = clock.after(LIMIT_MS, () => {
      late = true
      void child.stop()
    })
    const stop = (): void => void child.stop()
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    try {
      const end = await child.exited
      if (signal.aborted) return
      if (late) throw new Failure('timeout', `${name} (${command}) did not end within ${LIMIT_MS / 1000} s`)
      if (end.code !== 0) throw new Failure('unavailable', describeEnd(`${name} (${command})`, end))
    } finally {
      limit[Symbol.dispose]()
      signal.removeEventListener('abort', stop)
    }
    ready()
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  }

/** A command that fails is tried again after 1, 2, 4 … 60 s, until it works or the light changes. */
export const startNightExposure = ({ cameras, configs, clock, log }: NightExposureDeps): AsyncDisposable => {
  const commands = new Map(configs.flatMap(({ id, irCut }) => (irCut ? [[id, irCut] as const] : [])))
  const running = new Map<string, { readonly mode: Mode; readonly inTurn: ReturnType<typeof createSerial> }>()
  const jobs = new Map<string, AsyncDisposable>()
  let over = false

  const tell = (id: string, health: PartHealth, note: Omit<TraceEntry, 'at'> | null): void => {
    const camera = cameras.parts.find((part) => part.id === id)
    camera?.learn({ type: 'health', part: 'ir_cut', health })
    if (note) camera?.learn({ type: 'noted', note })
  }
  const onHealth = (camera: string, mode: Mode, health: JobHealth): void => {
    const note = { what: 'infrared filter' } as const
    if (health.status === 'broken') {
      const { problem } = health
      tell(camera, { status: 'broken', problem }, { ...note, decision: 'suppressed', reason: problem })
    } else if (health.status === 'working') {
      const reason = `its command for ${mode} was run`
      tell(camera, { status: 'working', problem: null }, { ...note, decision: 'done', reason })
    }
  }
  const become = async (camera: string, mode: Mode): Promise<void> => {
    await jobs.get(camera)?.[Symbol.asyncDispose]()
    jobs.delete(camera)
    const words = commands.get(camera)?.[mode] ?? []
    if (over || running.get(camera)?.mode !== mode) return
    if (words.length === 0) {
      tell(camera, { status: 'working', problem: null }, null)
      return
    }
    const job = runOnce(camera, mode, words, clock, log)
    jobs.set(
      camera,
      supervise(job, {
        name: `infrared filter of ${camera}`,
        ...{ clock, log },
        onHealth: (health) => onHealth(camera, mode, health),
      }),
    )
  }
  const watching = cameras.watch('night-exposure', (fact: Fact) => {
    if (fact.type !== 'state' || !commands.has(fact.camera)) return
    const { camera, state } = fact
    const { mode } = state.light
    const before = running.get(camera)
    if (before?.mode === mode) return
    const inTurn = before?.inTurn ?? createSerial()
    running.set(camera, { mode, inTurn })
    void inTurn(() => become(camera, mode))
  })
  return {
    [Symbol.asyncDispose]: async () => {
      over = true
      watching[Symbol.dispose]()
      const ends = [...running].map(([camera, { inTurn }]) =>
        inTurn(async () => jobs.get(camera)?.[Symbol.asyncDispose]()),
      )
      await Promise.all(ends)
    },
  }
}
