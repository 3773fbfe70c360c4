// The users as they are now: what the file says, read again whenever it changed (the command line writes it too), and
// changed only whole. Tells whose way in was taken away.
import { sentenceOf } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import type { UsersData, UsersFile } from './users-file.js'

export interface HeldUsers {
  current(): UsersData
  /** Failure 'storage' when it can't be written; with `lasting: false` it then holds until the next start. */
  change(edit: (data: UsersData) => Partial<UsersData>, options?: { readonly lasting: boolean }): void
  onRevoked(listener: (name: string) => void): Disposable
}

export const createHeldUsers = (file: UsersFile, log: Log): HeldUsers => {
  const listeners = new Set<(name: string) => void>()
  let held: UsersData = { version: 1, users: [], tokens: [] }
  let stamp: string | null = null

  const adopt = (next: UsersData): void => {
    const revoked = revokedBetween(held, next)
    held = next
    for (const name of revoked) for (const listener of listeners) listener(name)
  }
  const current = (): UsersData => {
    const now = file.stamp()
    if (now === stamp || now === null) return held
    stamp = now
    try {
      adopt(file.read() ?? held)
    } catch (error) {
      log.error(`${sentenceOf(error)}; the users from before stay`)
    }
    return held
  }
  return {
    current,
    change: (edit, { lasting } = { lasting: true }) => {
      const now = current()
      const next = { ...now, ...edit(now) }
      try {
        file.write(next)
        stamp = file.stamp()
      } catch (error) {
        if (lasting) throw error
        log.warn(`${sentenceOf(error)}; the change holds until the next start only`)
      }
      adopt(next)
    },
    onRevoked: (listener) => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
}

/** The users of whom a password, role or token that was good before is not any more. */
const revokedBetween = (before: UsersData, after: UsersData): ReadonlySet<string> => {
  const users = new Map(after.users.map((user) => [user.name, JSON.stringify(user)]))
  const tokens = new Set(after.tokens.map(({ id }) => id))
  return new Set([
    ...before.users.filter((user) => users.get(user.name) !== JSON.stringify(user)).map(({ name }) => name),
    ...before.tokens.filter(({ id }) => !tokens.has(id)).map(({ user }) => user),
  ])
}
