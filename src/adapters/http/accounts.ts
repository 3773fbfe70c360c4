// Who may come in: users and their passwords, in step with the configuration. Tokens and sessions are `tokens`', the
// file is `users-file`'s; no protocol is known here.
import { join } from 'node:path'
import type { Account, Accounts, Role } from '../../camera/ports.js'
import { type Clock, createSystemClock } from '../../lib/clock.js'
import { Failure, sentenceOf } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import { createHeldUsers, type HeldUsers } from './held-users.js'
import { USER_NAME, type UserConfig } from './http-config.js'
import { hashPassword, NOBODY, randomPassword, sameSecret } from './passwords.js'
import { createTokens, type Tokens } from './tokens.js'
import { createUsersFile, type StoredToken, type StoredUser } from './users-file.js'
import { createVerifier } from './verified.js'

export interface AccountStore extends Accounts, Tokens {
  add(user: { readonly name: string; readonly password: string; readonly role: Role }): Promise<Account>
  /** Ends the user's sessions, too. */
  passwd(name: string, password: string): Promise<void>
  /** With all tokens and sessions. */
  remove(name: string): void
  setRole(name: string, role: Role): Account
  /** A new one; the old one opens nothing any more. */
  renewStreamPassword(name: string): string
  /** From now on the user has none. */
  dropStreamPassword(name: string): void
  /** For HTTP: who comes with a stream password only sees. */
  verifyStream(name: string, password: string): Account | null
  /** Hears a user's name when something that let them in (password, role, token) no longer does. */
  onRevoked: HeldUsers['onRevoked']
}

export interface AccountsDeps {
  /** The data folder. */
  readonly data: string
  readonly users: readonly UserConfig[]
  readonly log: Log
  /** Shows a line to the person at the terminal, past the log. */
  announce(line: string): void
  /** The demo's one user, whose sign-in and stream password are the same. */
  readonly demo?: { readonly name: string; readonly password: string }
  readonly clock?: Clock
}

const SHORTEST_PASSWORD = 8
const LONGEST_PASSWORD = 200

/** Opens the store, brings it in step with the configuration and, without any user, creates `admin`. */
export const startAccounts = async ({
  data,
  users,
  log,
  announce,
  demo,
  clock = createSystemClock(),
}: AccountsDeps): Promise<AccountStore> => {
  const file = createUsersFile(join(data, 'users.json'))
  try {
    file.read()
  } catch (error) {
    const line = `${sentenceOf(error)}. It is set aside as ${file.setAside(clock.now().wall)}; what it let in is gone.`
    log.error(line)
    announce(line)
  }
  const held = createHeldUsers(file, log)
  const store = createAccounts(held, clock)
  await keepInStep(held, store, demo ? [{ ...demo, role: 'admin' }] : users, demo?.password)
  if (store.list().length === 0) {
    const password = randomPassword()
    await store.add({ name: 'admin', password, role: 'admin' })
    announce(`First start: sign in as admin with the password ${password} (shown only now; change it on the page).`)
  }
  return store
}

/** The store on the file as it is: for the command line, which creates nobody by itself. */
export const openAccounts = (data: string, log: Log, clock: Clock = createSystemClock()): AccountStore => {
  const file = createUsersFile(join(data, 'users.json'))
  file.read()
  return createAccounts(createHeldUsers(file, log), clock)
}

const createAccounts = (held: HeldUsers, clock: Clock): AccountStore => {
  const { current } = held
  const verifier = createVerifier(() => clock.now().mono)
  const find = (name: string): StoredUser | undefined => current().users.find((user) => user.name === name)
  const get = (name: string): StoredUser => {
    const user = find(name)
    if (!user) throw new Failure('not-found', `There is no user ${name}`)
    return user
  }
  const mayChange = (name: string, what: string): void => {
    if (get(name).configured) throw new Failure('refused', `${name} is set in nightjar.yaml: ${what} there`)
  }
  const keepAnAdmin = (without: string): void => {
    const others = current().users.filter(({ name, role }) => role === 'admin' && name !== without)
    if (get(without).role === 'admin' && others.length === 0)
      throw new Failure('refused', `${without} is the only admin: make somebody else one first`)
  }
  const setStreamPassword = (name: string, password: string | null): void =>
    putUser(held, { ...get(name), stream_password: password })

  return {
    ...createTokens(held, clock),
    onRevoked: held.onRevoked,
    list: () => current().users.map(({ name, role }) => ({ name, role })),
    verify: async (name, password) => {
      const hash = find(name)?.password ?? NOBODY
      if (password.length > LONGEST_PASSWORD || !(await verifier.fits(password, hash))) return null
      // It may have been changed or removed while scrypt ran.
      const now = find(name)
      return now?.password === hash ? { name, role: now.role } : null
    },
    streamPassword: (name) => find(name)?.stream_password ?? null,
    verifyStream: (name, password) => {
      const wanted = find(name)?.stream_password
      return wanted && sameSecret(wanted, password) ? { name, role: 'viewer' } : null
    },
    add: async ({ name, password, role }) => {
      if (!USER_NAME.test(name))
        throw new Failure('invalid', 'A name has 1 to 32 letters, digits, dots, dashes or underscores')
      const hash = await hashNew(password)
      if (find(name)) throw new Failure('refused', `There already is a user ${name}`)
      const user = { name, role, password: hash, stream_password: randomPassword(), configured: false }
      // The very first user must come in even where the disk is full or read-only.
      putUser(held, user, current().users.length > 0)
      return { name, role }
    },
    passwd: async (name, password) => {
      mayChange(name, 'change the password')
      const hash = await hashNew(password)
      putUser(held, { ...get(name), password: hash })
    },
    remove: (name) => {
      mayChange(name, 'remove the user')
      keepAnAdmin(name)
      dropUsers(held, [name])
    },
    setRole: (name, role) => {
      mayChange(name, 'change the role')
      if (role !== 'admin') keepAnAdmin(name)
      putUser(held, { ...get(name), role })
      return { name, role }
    },
    renewStreamPassword: (name) => {
      const password = randomPassword()
      setStreamPassword(name, password)
      return password
    },
    dropStreamPassword: (name) => setStreamPassword(name, null),
  }
}

/** Users from nightjar.yaml have its role and password; those that are no longer in it are gone. */
const keepInStep = async (
  held: HeldUsers,
  accounts: Accounts,
  users: readonly { readonly name: string; readonly role: Role; readonly password: string | null }[],
  streamPassword?: string,
): Promise<void> => {
  for (const { name, role, password } of users) {
    const was = held.current().users.find((user) => user.name === name)
    const fits = password === null || (was && (await accounts.verify(name, password)) !== null)
    const hash = fits ? (was?.password ?? null) : await hashPassword(password)
    const stream = streamPassword ?? (was ? was.stream_password : randomPassword())
    const next: StoredUser = { name, role, password: hash, stream_password: stream, configured: true }
    if (JSON.stringify(was) !== JSON.stringify(next)) putUser(held, next, false)
  }
  const gone = held.current().users.filter((user) => user.configured && !users.some(({ name }) => name === user.name))
  if (gone.length > 0)
    dropUsers(
      held,
      gone.map(({ name }) => name),
      false,
    )
}

/** A new password ends the user's sessions. */
const putUser = ({ change }: HeldUsers, user: StoredUser, lasting = true): void =>
  change(
    ({ users, tokens }) => {
      const was = users.find(({ name }) => name === user.name)
      const ends = ({ kind, user: name }: StoredToken): boolean =>
        kind === 'session' && name === user.name && was?.password !== user.password
      return {
        users: was ? users.map((one) => (one === was ? user : one)) : [...users, user],
        tokens: tokens.filter((token) => !ends(token)),
      }
    },
    { lasting },
  )

const dropUsers = ({ change }: HeldUsers, names: readonly string[], lasting = true): void =>
  change(
    ({ users, tokens }) => ({
      users: users.filter(({ name }) => !names.includes(name)),
      tokens: tokens.filter(({ user }) => !names.includes(user)),
    }),
    { lasting },
  )

const hashNew = async (password: string): Promise<string> => {
  if (password.length >= SHORTEST_PASSWORD && password.length <= LONGEST_PASSWORD) return hashPassword(password)
  throw new Failure('invalid', `A password has ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters`)
}
