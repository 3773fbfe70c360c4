// The index of the shelf: one SQLite file. It can be lost without losing a recording: a broken one is set aside and
// the shelf is read again from the files.
import { existsSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'libsql'
import type { ItemFilter } from '../camera/ports.js'
import type { StoredItem } from '../camera/stored-item.js'

export interface Index extends Disposable {
  /** It was made just now: what lies on disk is not in it yet. */
  readonly fresh: boolean
  /** Adds the item, or replaces what was known of it. */
  put(item: StoredItem): void
  forget(id: string): void
  get(id: string): StoredItem | undefined
  list(filter: ItemFilter, now: number): StoredItem[]
  /** Those that may go, oldest first. */
  oldest(limit: number): StoredItem[]
  /** `<camera>/<date>` of every item. */
  folders(): string[]
  inFolder(folder: string): StoredItem[]
  /** Of all, or of one camera. */
  totals(camera?: string): { readonly items: number; readonly bytes: number }
  /** Per camera, always one more than ever before. */
  nextNumber(camera: string): number
  /** From now on numbers are above this one. */
  numberSeen(camera: string, number: number): void
}

const VERSION = 1
const SCHEMA = `
  CREATE TABLE items (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    camera TEXT NOT NULL,
    kind TEXT NOT NULL,
    began INTEGER NOT NULL,
    ended INTEGER,
    state TEXT NOT NULL,
    causes TEXT NOT NULL,
    pre_roll_s REAL,
    bytes INTEGER NOT NULL,
    keep INTEGER NOT NULL,
    width INTEGER,
    height INTEGER,
    format TEXT NOT NULL,
    path TEXT NOT NULL,
    folder TEXT NOT NULL,
    picture INTEGER NOT NULL
  );
  CREATE INDEX items_began ON items (began);
  CREATE INDEX items_folder ON items (folder);
  CREATE TABLE numbers (camera TEXT PRIMARY KEY, last INTEGER NOT NULL);
  PRAGMA user_version = ${VERSION};
`
const PUT = `
  INSERT INTO items (id, camera, kind, began, ended, state, causes, pre_roll_s, bytes, keep, width, height, format,
    path, folder, picture)
  VALUES (@id, @camera, @kind, @began, @ended, @state, @causes, @pre_roll_s, @bytes, @keep, @width, @height, @format,
    @path, @folder, @picture)
  ON CONFLICT (id) DO UPDATE SET began = excluded.began, ended = excluded.ended, state = excluded.state,
    causes = excluded.causes, pre_roll_s = excluded.pre_roll_s, bytes = excluded.bytes, keep = excluded.keep,
    width = excluded.width, height = excluded.height, picture = excluded.picture`
const LIST = `
  SELECT * FROM items
  WHERE (@camera IS NULL OR camera = @camera) AND (@kind IS NULL OR kind = @kind)
    AND (@to IS NULL OR began <= @to) AND (@from IS NULL OR coalesce(ended, @now) >= @from)
  ORDER BY began DESC, seq DESC LIMIT @limit OFFSET @offset`

interface Row {
  readonly id: string
  readonly camera: string
  readonly kind: StoredItem['kind']
  readonly began: number
  readonly ended: number | null
  readonly state: StoredItem['state']
  readonly causes: string
  readonly pre_roll_s: number | null
  readonly bytes: number
  readonly keep: number
  readonly width: number | null
  readonly height: number | null
  readonly format: StoredItem['format']
  readonly path: string
  readonly folder: string
  readonly picture: number
}

const itemOf = (row: Row): StoredItem => ({
  id: row.id,
  camera: row.camera,
  kind: row.kind,
  from: row.began,
  to: row.ended,
  state: row.state,
  causes: JSON.parse(row.causes) as StoredItem['causes'],
  pre_roll_s: row.pre_roll_s,
  bytes: row.bytes,
  keep: row.keep === 1,
  width: row.width,
  height: row.height,
  format: row.format,
  path: row.path,
  picture: row.picture === 1,
})

const rowOf = ({ from, to, ...item }: StoredItem): Row => ({
  ...item,
  began: Math.round(from),
  ended: to === null ? null : Math.round(to),
  causes: JSON.stringify(item.causes),
  keep: item.keep ? 1 : 0,
  folder: dirname(item.path),
  picture: item.picture ? 1 : 0,
})

const open = (file: string): Index => {
  const db = new Database(file)
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000')
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number }
    const { quick_check: check } = db.prepare('PRAGMA quick_check').get() as { quick_check: string }
    if (check !== 'ok') throw Object.assign(new Error(check), { code: 'SQLITE_CORRUPT' })
    if (version === 0) db.exec(`BEGIN; ${SCHEMA} COMMIT`)
    else if (version !== VERSION) throw Object.assign(new Error(`version ${version}`), { code: 'SQLITE_NOTADB' })
    const put = db.prepare(PUT)
    const forget = db.prepare('DELETE FROM items WHERE id = ?')
    const get = db.prepare('SELECT * FROM items WHERE id = ?')
    const list = db.prepare(LIST)
    const oldest = db.prepare("SELECT * FROM items WHERE keep = 0 AND state <> 'running' ORDER BY began, seq LIMIT ?")
    const folders = db.prepare('SELECT DISTINCT folder FROM items')
    const inFolder = db.prepare('SELECT * FROM items WHERE folder = ? ORDER BY seq')
    const totals = db.prepare(
      'SELECT count(*) AS items, coalesce(sum(bytes), 0) AS bytes FROM items WHERE :camera IS NULL OR camera = :camera',
    )
    const next = db.prepare(
      'INSERT INTO numbers VALUES (?, 1) ON CONFLICT (camera) DO UPDATE SET last = last + 1 RETURNING last',
    )
    const seen = db.prepare(
      'INSERT INTO numbers VALUES (?, ?) ON CONFLICT (camera) DO UPDATE SET last = max(last, excluded.last)',
    )
    return {
      fresh: version === 0,
      put: (item) => void put.run(rowOf(item)),
      forget: (id) => void forget.run(id),
      get: (id) => {
        const row = get.get(id) as Row | undefined
        return row && itemOf(row)
      },
      list: ({ camera = null, kind = null, from = null, to = null, limit = 200, offset = 0 }, now) =>
        (list.all({ camera, kind, from, to, limit, offset, now }) as Row[]).map(itemOf),
      oldest: (limit) => (oldest.all(limit) as Row[]).map(itemOf),
      folders: () => (folders.all() as Pick<Row, 'folder'>[]).map((row) => row.folder),
      inFolder: (folder) => (inFolder.all(folder) as Row[]).map(itemOf),
      totals: (camera) => {
        const { items, bytes } = totals.get({ camera: camera ?? null }) as { items: number; bytes: number }
        return { items, bytes }
      },
      nextNumber: (camera) => (next.get(camera) as { last: number }).last,
      numberSeen: (camera, number) => void seen.run(camera, number),
      [Symbol.dispose]: () => {
        try {
          // Statements hold libsql's file open until they are collected: closing alone would leave all in the -wal file.
          db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
        } catch {
          // On a sick disk the -wal file is as good a place.
        }
        db.close()
      },
    }
  } catch (error) {
    db.close()
    throw error
  }
}

/** Whether the index itself is broken, not the disk below it. */
export const isBroken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^SQLITE_(CORRUPT|NOTADB)/.test(String(error.code))

/** Opens the index, or a new one beside what was broken (`setAside` hears where that lies now). Throws when the disk does not let us. */
export const openIndex = (file: string, setAside: (to: string) => void): Index => {
  try {
    return open(file)
  } catch (error) {
    if (!isBroken(error)) throw error
    const to = `${file}.broken-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
    renameSync(file, to)
    for (const end of ['-wal', '-shm']) if (existsSync(file + end)) renameSync(file + end, to + end)
    setAside(to)
    return open(file)
  }
}
