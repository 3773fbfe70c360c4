// Who may do what at MediaMTX, as its list of users. Pure. A path that is not open (see gates.ts) is read by nobody but
// the proof: not by people, and not by our own taps.
import type { GuestPublisher } from '../gateway.js'
import type { MediamtxPermission, MediamtxUser } from '../mediamtx-api.js'

export interface Login {
  readonly name: string
  readonly password: string
}

/** What may be done with a path now. */
export interface PathRight {
  readonly name: string
  readonly readers: 'all' | 'house' | 'none'
  /** Whether our own children may publish. */
  readonly publish: boolean
  readonly guest?: GuestPublisher
}

export interface RightsRequest {
  /** Our publishers, taps and API calls. */
  readonly service: Login
  /** Reads everything. */
  readonly proof: Login
  /** Where those two may come from; empty: from anywhere. */
  readonly ips: readonly string[]
  readonly people: readonly Login[]
  readonly paths: readonly PathRight[]
  /** Those who must keep their access to the API of a MediaMTX that is not our child. */
  readonly keep: readonly MediamtxUser[]
}

/** What MediaMTX takes for a name or a password. */
const PLAIN = /^[a-zA-Z0-9!$()*+.;<=>[\]^_\-{}@#&]+$/
const HASHED = /^(sha256|argon2):/

export const isAcceptable = ({ name, password }: Login): boolean =>
  [name, password].every((text) => PLAIN.test(text) && !HASHED.test(text)) && name !== 'any'

const read = ({ name }: PathRight): MediamtxPermission => ({ action: 'read', path: name })
const publish = ({ name }: PathRight): MediamtxPermission => ({ action: 'publish', path: name })

export const usersOf = ({ service, proof, ips, people, paths, keep }: RightsRequest): readonly MediamtxUser[] => {
  const from = ips.length > 0 ? { ips } : {}
  const forPeople = paths.filter(({ readers }) => readers === 'all').map(read)
  const ofService: MediamtxPermission[] = [
    { action: 'api' },
    ...paths.filter((path) => path.publish).map(publish),
    ...paths.filter(({ readers }) => readers !== 'none').map(read),
  ]
  return [
    { user: service.name, pass: service.password, ...from, permissions: ofService },
    { user: proof.name, pass: proof.password, ...from, permissions: [{ action: 'read' }] },
    ...keep,
    ...people.map(({ name, password }) => ({ user: name, pass: password, permissions: forPeople })),
    ...paths.flatMap((path) =>
      path.guest && isAcceptable(path.guest)
        ? [{ user: path.guest.name, pass: path.guest.password, permissions: [publish(path)] }]
        : [],
    ),
  ]
}

/** Names whose password or rights of before no longer hold for somebody who came in with them. */
export const revokedBetween = (before: readonly Login[], after: readonly Login[]): ReadonlySet<string> => {
  const now = new Map(after.map(({ name, password }) => [name, password]))
  return new Set(before.filter(({ name, password }) => now.get(name) !== password).map(({ name }) => name))
}
