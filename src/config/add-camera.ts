// A camera that was found on the network, put into the configuration file: asked first whether it takes name and
// password, then written behind the other cameras of the file, which keeps its comments. The password goes into a file
// of its own in the data folder, readable by nobody else.
import { chown, readFile, realpath, rm, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { isNode, isSeq, parseDocument, stringify } from 'yaml'
import type { NewCamera } from '../camera/ports.js'
import { writeFileAtomic } from '../lib/atomic-file.js'
import type { Clock } from '../lib/clock.js'
import { Failure, sentenceOf } from '../lib/failure.js'
import { type OnvifSourceConfig, onvif } from '../sources/onvif.js'
import { loadConfig } from './load.js'
import { MASK } from './secrets.js'

export interface AddRequest {
  /** Null where no file holds the configuration. */
  readonly path: string | null
  readonly env: NodeJS.ProcessEnv
  readonly data: string
  /** Ids that are taken. */
  readonly ids: readonly string[]
  readonly camera: NewCamera
  readonly clock: Clock
}

export interface Added {
  readonly id: string
  /** What was found there. */
  readonly what: string
  /** Null: it was written into the file. Else the lines that are to be put among the cameras. */
  readonly yaml: string | null
}

const PATIENCE_MS = 15_000

/** From its name: small letters, digits and dashes, as no other camera is called. */
export const idFor = (name: string, ids: readonly string[]): string => {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 32)
    .replace(/^-+|-+$/g, '')
  const base = plain === '' || plain === 'bridge' ? 'camera' : plain
  for (let count = 1; ; count++) {
    const id = count === 1 ? base : `${base}-${count}`
    if (!ids.includes(id)) return id
  }
}

/** The text with one more camera. Failure 'refused' when it has no list of cameras. */
export const appendCamera = (text: string, camera: object): string => {
  const document = parseDocument(text)
  const list = document.get('cameras')
  if (!isSeq(list)) throw new Failure('refused', 'the file has no plain list of cameras')
  const last = list.items.at(-1)
  if (list.flow || !isNode(last) || !last.range || !list.range) {
    list.add(document.createNode(camera))
    return document.toString({ lineWidth: 0 })
  }
  // Only lines are put in: everything else of the file stays as its owner wrote it.
  const end = text.slice(0, last.range[1]).trimEnd().length
  const lineEnd = text.indexOf('\n', end)
  const at = lineEnd < 0 ? text.length : lineEnd
  const indent = ' '.repeat(list.range[0] - text.lastIndexOf('\n', list.range[0] - 1) - 1)
  const lines = stringify([camera], { lineWidth: 0 }).trimEnd().split('\n')
  return `${text.slice(0, at)}\n${lines.map((line) => indent + line).join('\n')}${text.slice(at)}`
}

/** Failure 'refused' when the camera does not answer as it must, or the file can't be written; it is then as it was. */
export const addCamera = async ({ path, env, data, ids, camera, clock }: AddRequest): Promise<Added> => {
  const { address, username, password, name } = camera
  const defaults = {
    profile: 'auto',
    sub_profile: 'auto',
    transport: 'tcp',
    events: true,
    check_certificate: true,
  } as const
  const source: OnvifSourceConfig = { kind: 'onvif', ...defaults, address, username, password }
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const { what } = await resolved(source, { clock, signal })
  const id = idFor(name, ids)
  const entry = (secret: object): object => ({
    ...{ id, name },
    source: {
      kind: 'onvif',
      address,
      ...(username === null ? {} : { username, ...(password === null ? {} : secret) }),
    },
  })
  if (path === null) return { id, what, yaml: stringify([entry({ password: MASK })], { lineWidth: 0 }) }
  const secretFile = join(data, `${id}.password`)
  const file = await realpath(path)
  const text = appendCamera(await readFile(file, 'utf8'), entry({ password_file: nextTo(path, secretFile) }))
  const write = async (): Promise<void> => {
    if (username !== null && password !== null) await writeFileAtomic(secretFile, `${password}\n`, 0o600)
    await loadConfig({ path, text, env })
    const { mode, uid, gid } = await stat(file)
    await writeFileAtomic(file, text, mode & 0o777)
    await chown(file, uid, gid).catch(() => {})
  }
  await write().catch(async (cause: unknown) => {
    await rm(secretFile, { force: true })
    const why = cause instanceof Failure ? cause.message : ((cause as NodeJS.ErrnoException).code ?? sentenceOf(cause))
    throw new Failure('refused', `${path} can't be written: ${why}`, { cause })
  })
  return { id, what, yaml: null }
}

/** As the configuration says it: from its own folder, where the file is below that. */
const nextTo = (path: string, file: string): string => {
  const way = relative(dirname(resolve(path)), file)
  return way.startsWith('..') ? file : way
}

/** The asker's own sign-in is no matter of the camera's: whatever it says is a refusal. */
const resolved = async (source: OnvifSourceConfig, deps: { clock: Clock; signal: AbortSignal }) => {
  const { talk } = onvif
  if (!talk) throw new Error('the source onvif does not talk')
  try {
    return await talk.resolve(source, deps)
  } catch (cause) {
    const why = deps.signal.aborted ? `the camera at ${source.address} does not answer` : sentenceOf(cause)
    throw new Failure('refused', why, { cause })
  }
}
