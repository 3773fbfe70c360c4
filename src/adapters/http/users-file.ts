// `<data>/users.json`: read, checked, written whole by rename, readable by its owner only. Knows no rules.
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { roles } from '../../camera/ports.js'
import { Failure } from '../../lib/failure.js'

const StoredUser = Type.Object({
  name: Type.String(),
  role: Type.Enum([...roles]),
  /** A hash; null when nobody can sign in with it. */
  password: Type.Union([Type.String(), Type.Null()]),
  stream_password: Type.Union([Type.String(), Type.Null()]),
  /** Set in nightjar.yaml: kept in step with it. */
  configured: Type.Boolean(),
})
const StoredToken = Type.Object({
  id: Type.String(),
  user: Type.String(),
  kind: Type.Enum(['api', 'session']),
  label: Type.String(),
  role: Type.Enum([...roles]),
  hash: Type.String(),
  created: Type.Number(),
  expires: Type.Union([Type.Number(), Type.Null()]),
})
const UsersData = Type.Object({
  version: Type.Literal(1),
  users: Type.Array(StoredUser),
  tokens: Type.Array(StoredToken),
})
export type StoredUser = Readonly<Static<typeof StoredUser>>
export type StoredToken = Readonly<Static<typeof StoredToken>>
export interface UsersData {
  readonly version: 1
  readonly users: readonly StoredUser[]
  readonly tokens: readonly StoredToken[]
}

export interface UsersFile {
  readonly path: string
  /** Changes whenever the file does; null while there is none. */
  stamp(): string | null
  /** Undefined when there is none; Failure 'storage' when it can't be read or understood. */
  read(): UsersData | undefined
  write(data: UsersData): void
  /** Moves a broken file out of the way; its new name. */
  setAside(wall: number): string
}

// Everything is synchronous, so that a read, a change and a write of this process can't be interleaved with another.
export const createUsersFile = (path: string): UsersFile => ({
  path,
  stamp: () => {
    const found = statSync(path, { throwIfNoEntry: false })
    return found ? `${found.ino}:${found.mtimeMs}:${found.size}` : null
  },
  read: () => {
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw new Failure('storage', `${path} can't be read`, { cause })
    }
    let data: unknown
    try {
      data = JSON.parse(text)
    } catch (cause) {
      throw new Failure('storage', `${path} is broken: it isn't JSON`, { cause })
    }
    if (Value.Check(UsersData, data)) return data
    const [first] = Value.Errors(UsersData, data)
    throw new Failure('storage', `${path} is broken: ${first?.instancePath || 'it'} ${first?.message}`)
  },
  write: (data) => {
    const folder = dirname(path)
    const temporary = `${path}.${randomBytes(4).toString('hex')}`
    try {
      mkdirSync(folder, { recursive: true })
      // `sudo nightjar users …` must not lock the service, which runs as somebody else, out of its own file.
      const owner = statSync(path, { throwIfNoEntry: false }) ?? statSync(folder)
      const file = openSync(temporary, 'wx', 0o600)
      try {
        writeSync(file, `${JSON.stringify(data, null, 2)}\n`)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      if (process.getuid?.() === 0) chownSync(temporary, owner.uid, owner.gid)
      renameSync(temporary, path)
    } catch (cause) {
      rmSync(temporary, { force: true })
      throw new Failure('storage', `${path} can't be written`, { cause })
    }
  },
  setAside: (wall) => {
    const aside = `${path}.broken-${new Date(wall).toISOString().replace(/[:.]/g, '-')}`
    renameSync(path, aside)
    return aside
  },
})
