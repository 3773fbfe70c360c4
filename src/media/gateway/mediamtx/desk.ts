// Keeps one running MediaMTX as it should be: its users, its paths, and what may be seen of them. Changes go one after the
// other; MediaMTX is only told what differs from what it was told before. What should be is held by the gateway.
import { Failure } from '../../../lib/failure.js'
import type { Log } from '../../../lib/log.js'
import { createSerial } from '../../../lib/serial.js'
import { sessionKinds } from '../mediamtx-api.js'
import type { Gates } from './gates.js'
import { pathConfigOf } from './path-config.js'
import { type Login, revokedBetween, usersOf } from './rights.js'
import type { Server } from './server.js'
import type { Tally } from './tally.js'

export interface DeskDeps {
  readonly server: Server
  readonly gates: Gates
  readonly tally: Tally
  readonly service: Login
  readonly proof: Login
  /** Everybody with a stream password, as it is now. */
  people(): readonly Login[]
  /** MediaMTX does not take the configuration of this path: there is then no such path. */
  onRefused(path: string, sentence: string): void
  /** Hears the ids of all WebRTC sessions now and then. */
  onWebrtc(ids: ReadonlySet<string>): void
  /** The names of all paths that were made, also through another desk: one that runs already keeps them. */
  readonly made: Set<string>
  readonly log: Log
}

/** Each rejects when MediaMTX does not do what it should: it is then no longer to be trusted. */
export interface Desk {
  /** Makes users and paths what they should be. Resolves when nobody is on a path any more that was to be let go of. */
  sync(): Promise<void>
  /** Asks how it is, and tells. */
  look(): Promise<void>
  /** Opens a locked path if its publisher is still the one it was locked for. */
  admit(path: string): Promise<void>
  /** Ends everybody on this path before the next `sync` has ended. */
  letGo(path: string): void
}

/** Sessions are counted each so many looks. */
const COUNT_EVERY = 4

export const createDesk = (deps: DeskDeps): Desk => {
  const { server, gates, tally, service, proof, people, made, log } = deps
  const { api } = server
  const inTurn = createSerial()
  const leaving = new Set<string>()
  const applied = new Map([...made].map((name) => [name, '']))
  const refused = new Set<string>()
  let users = ''
  let known: readonly Login[] = []
  let looks = 0

  const kick = async (names: ReadonlySet<string>): Promise<void> => {
    for (const kind of sessionKinds)
      for (const { id, user } of await api.sessions(kind))
        if (names.has(user)) await api.kick(kind, id).catch(ignoreGone)
  }
  /** Resolves when they are in force. */
  const putUsers = async (): Promise<void> => {
    const now = people()
    const { ips, keep } = server
    const wanted = usersOf({ service, proof, ips, keep, people: now, paths: gates.rights() })
    const reads = JSON.stringify(wanted)
    if (reads === users) return
    await api.patchGlobal({ authInternalUsers: wanted })
    await api.settle()
    users = reads
    const revoked = revokedBetween(known, now)
    known = now
    if (revoked.size > 0) await kick(revoked)
  }
  const drop = async (name: string): Promise<void> => {
    await api.deletePath(name).catch(ignoreGone)
    applied.delete(name)
    made.delete(name)
  }
  const putPaths = async (): Promise<void> => {
    const wanted = new Map(gates.specs.map((spec) => [spec.name, pathConfigOf(spec)]))
    // A path may need the one before it, as a Pi's second stream needs the first.
    for (const name of [...applied.keys()].reverse()) if (leaving.has(name) || !wanted.has(name)) await drop(name)
    for (const [name, config] of wanted) {
      const reads = JSON.stringify(config)
      if (applied.get(name) === reads) continue
      applied.set(name, reads)
      made.add(name)
      refused.delete(name)
      await api.replacePath(name, config).catch(async (error: unknown) => {
        if (!(error instanceof Failure && error.code === 'invalid')) throw error
        await api.deletePath(name).catch(ignoreGone)
        refused.add(name)
        deps.onRefused(name, error.message)
      })
    }
  }
  const sync = async (): Promise<void> => {
    const shut = gates.shut()
    for (const name of shut) leaving.add(name)
    const going = [...leaving]
    await putUsers()
    await putPaths()
    for (const name of going) leaving.delete(name)
    gates.release(shut)
    await putUsers()
    // Whoever asks whether a path is there must find it.
    await api.settle()
  }
  const look = async (): Promise<void> => {
    const paths = await api.paths()
    const lost = [...applied.keys()].find((name) => !refused.has(name) && !paths.some((path) => path.name === name))
    if (lost !== undefined)
      throw new Failure('unavailable', `MediaMTX no longer knows the path ${lost}: it is told anew`)
    gates.look(paths)
    await putUsers()
    tally.take(paths)
    if (looks++ % COUNT_EVERY === 0) {
      const webrtc = await api.sessions('webrtcsessions')
      deps.onWebrtc(new Set(webrtc.map(({ id }) => id)))
      tally.count([...(await api.sessions('rtspsessions')), ...webrtc])
    }
    tally.tell(gates.isOpen)
  }
  const admit = async (path: string): Promise<void> => {
    await putUsers()
    const paths = await api.paths()
    const now = paths.find(({ name }) => name === path)
    if (gates.decide(path, now?.available ? now.source?.id : undefined)) {
      await putUsers()
      tally.take(paths)
      tally.tell(gates.isOpen)
      return
    }
    // Whoever publishes now was not proven, or is not known to have been: it has to begin anew.
    log.debug({ path }, 'MediaMTX: what was proven is gone')
    leaving.add(path)
    await sync()
  }
  return {
    sync: () => inTurn(sync),
    look: () => inTurn(look),
    admit: (path) => inTurn(() => admit(path)),
    letGo: (path) => void leaving.add(path),
  }
}

const ignoreGone = (error: unknown): void => {
  if (!(error instanceof Failure && error.code === 'not-found')) throw error
}
