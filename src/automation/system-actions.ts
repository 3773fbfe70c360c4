// What can be done to the whole house: delete what is kept, end the program, restart or switch off the machine. Only the
// configuration file names the commands for the last two: nobody sets them over HTTP, MQTT, a line or the page.
import type { Asker } from '../camera/commands.js'
import type { Cameras, Recordings, SystemAction } from '../camera/ports.js'
import type { Clock } from '../lib/clock.js'
import { Failure, sentenceOf } from '../lib/failure.js'
import type { Log } from '../lib/log.js'
import { describeEnd, startChild } from '../lib/process.js'
import { checkCommand, type Slice } from '../lib/slice.js'

export interface SystemConfig {
  readonly reboot_command: readonly string[]
  readonly shutdown_command: readonly string[]
}

const command = (what: string, example: string) => ({
  doc: `Run to ${what} this machine (such as ${example}): a program and its arguments, without a shell; off if left out`,
  format: checkCommand,
  default: [],
})

export const systemSchema = {
  reboot_command: command('restart', '[systemctl, reboot]'),
  shutdown_command: command('switch off', '[systemctl, poweroff]'),
} as const satisfies Slice

export interface SystemActionsDeps {
  readonly config: SystemConfig
  readonly cameras: Pick<Cameras, 'list' | 'execute' | 'watch'>
  readonly recordings: Pick<Recordings, 'list' | 'remove'>
  /** Ends the process as SIGTERM does. */
  exit(): void
  readonly clock: Clock
  readonly log: Log
}

export interface SystemActions {
  /** Why it can't be done here; null when it can. */
  refusal(action: SystemAction): string | null
  /** A sentence of what was done. Failure 'refused', 'storage' or 'unavailable'. */
  act(action: SystemAction, by: Asker): Promise<string>
}

/** Recordings have so long to be closed. */
const CLOSING_MS = 8000
const COMMAND_MS = 10_000
/** Whoever asked is answered before the process ends. */
const LAST_WORD_MS = 300
const BATCH = 200

export const createSystemActions = (deps: SystemActionsDeps): SystemActions => {
  const { config, cameras, recordings, exit, clock, log } = deps
  const commands = { reboot: config.reboot_command, shutdown: config.shutdown_command }

  const refusal = (action: SystemAction): string | null =>
    (action === 'reboot' || action === 'shutdown') && commands[action].length === 0
      ? `${action} is not set up here: name a command as system.${action}_command in nightjar.yaml`
      : null

  /** Those that came to an end in time, and those that did not. */
  const closeRecordings = async (by: Asker): Promise<{ readonly closed: number; readonly open: number }> => {
    const running = new Set(
      recordings
        .list({ kind: 'recording' })
        .filter(({ state }) => state === 'running')
        .map(({ id }) => id),
    )
    const all = running.size
    const over = new AbortController()
    using _watch = cameras.watch('system actions', (fact) => {
      if (fact.type !== 'event') return
      if (fact.event.type === 'recording_finished') running.delete(fact.event.item.id)
      if (running.size === 0) over.abort()
    })
    for (const { id, recording } of cameras.list()) {
      if (recording.active) await cameras.execute(id, { type: 'record', action: 'stop' }, by)
    }
    if (all > 0) await clock.sleep(CLOSING_MS, over.signal).catch(() => {})
    return { closed: all - running.size, open: running.size }
  }

  const deleteAll = async (): Promise<string> => {
    let removed = 0
    const failed: string[] = []
    for (let offset = 0; ; ) {
      const items = recordings.list({ limit: BATCH, offset })
      for (const { id, keep, state } of items) {
        if (keep || state === 'running') {
          offset += 1
          continue
        }
        try {
          await recordings.remove(id)
          removed += 1
        } catch (error) {
          offset += 1
          failed.push(sentenceOf(error))
        }
      }
      if (items.length < BATCH) break
    }
    const kept = recordings.list({ limit: BATCH }).length
    if (failed.length > 0)
      throw new Failure('storage', `${removed} deleted, ${failed.length} could not be: ${failed[0]}`)
    return `${count(removed, 'recording or snapshot', 'recordings and snapshots')} deleted${kept ? '; those marked to be kept, or running, stay' : ''}`
  }

  const runCommand = async (action: 'reboot' | 'shutdown'): Promise<void> => {
    const [program = '', ...args] = commands[action]
    const child = startChild({ name: `the ${action} command`, command: program, args })
    child.stdout.resume()
    let late = false
    using _limit = clock.after(COMMAND_MS, () => {
      late = true
      void child.stop()
    })
    const end = await child.exited
    if (late)
      throw new Failure('timeout', `the ${action} command (${program}) did not end within ${COMMAND_MS / 1000} s`)
    if (end.code !== 0) throw new Failure('unavailable', describeEnd(`the ${action} command (${program})`, end))
  }

  return {
    refusal,
    act: async (action, by) => {
      const refused = refusal(action)
      if (refused) throw new Failure('refused', refused)
      log.warn({ action, by }, `${action} was asked for by ${by.user ?? by.adapter}`)
      if (action === 'delete_all') return deleteAll()
      const { closed, open } = await closeRecordings(by)
      const said = [
        ...(closed > 0 ? [`${count(closed, 'recording', 'recordings')} closed`] : []),
        ...(open > 0 ? [`${count(open, 'recording', 'recordings')} not closed in time`] : []),
      ]
      if (action === 'exit') {
        clock.after(LAST_WORD_MS, exit)
        return ['Nightjar ends', ...said].join('; ')
      }
      await runCommand(action)
      return [action === 'reboot' ? 'the machine restarts' : 'the machine is switched off', ...said].join('; ')
    },
  }
}

const count = (number: number, one: string, more: string): string => `${number} ${number === 1 ? one : more}`
