// Who a camera is on the network, for ever: UUID, MAC-like id, serial number and port. All come from a seed that is made
// once, and from the camera's id; the port from the order in which cameras first came.
import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../../lib/atomic-file.js'
import { sentenceOf } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'

export interface Identity {
  readonly camera: string
  readonly uuid: string
  /** Locally administered, so that it is nobody else's: `02:1f:…`. */
  readonly mac: string
  readonly serial: string
  /** Added to the first camera's port. */
  readonly slot: number
}

interface Stored {
  readonly seed: string
  /** Those of cameras that are gone stay taken: no client should meet another camera where it knew one. */
  readonly slots: Readonly<Record<string, number>>
}

export const identityOf = (seed: string, camera: string, slot: number): Identity => {
  const hash = createHash('sha256').update(`${seed} ${camera}`).digest()
  const hex = hash.toString('hex')
  const first = ((hash.readUInt8(0) & 0xfc) | 0x02).toString(16).padStart(2, '0')
  const mac = [first, ...(hex.slice(2, 12).match(/../g) ?? [])].join(':')
  // Version 8 (RFC 9562): made in a way of our own.
  const variant = ((hash.readUInt8(20) & 0x3f) | 0x80).toString(16)
  const uuid = [hex.slice(24, 32), hex.slice(32, 36), `8${hex.slice(37, 40)}`, variant + hex.slice(42, 44)]
  return {
    camera,
    uuid: [...uuid, hex.slice(44, 56)].join('-'),
    mac,
    serial: mac.replaceAll(':', '').toUpperCase(),
    slot,
  }
}

/** Every camera its own slot; known ones keep theirs. */
export const assignSlots = (known: Stored['slots'], cameras: readonly string[]): Stored['slots'] => {
  const slots = { ...known }
  for (const camera of cameras) slots[camera] ??= Math.max(-1, ...Object.values(slots)) + 1
  return slots
}

/** Those of these cameras, from `onvif.json` in the data folder. */
export const loadIdentities = async (data: string, cameras: readonly string[], log: Log): Promise<Identity[]> => {
  const path = join(data, 'onvif.json')
  const known = await readStored(path, log)
  const stored = {
    seed: known?.seed ?? randomBytes(16).toString('hex'),
    slots: assignSlots(known?.slots ?? {}, cameras),
  }
  if (JSON.stringify(stored) !== JSON.stringify(known)) {
    await writeFileAtomic(path, `${JSON.stringify(stored, null, 2)}\n`).catch((error: unknown) =>
      log.warn(`onvif: ${path} can't be written (${sentenceOf(error)}): after a restart clients will see new cameras`),
    )
  }
  return cameras.map((camera) => identityOf(stored.seed, camera, stored.slots[camera] ?? 0))
}

const readStored = async (path: string, log: Log): Promise<Stored | undefined> => {
  try {
    const { seed, slots } = JSON.parse(await readFile(path, 'utf8')) as Partial<Stored>
    if (typeof seed === 'string' && typeof slots === 'object' && slots !== null) return { seed, slots }
    log.warn(`onvif: ${path} is damaged: clients will see new cameras`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      log.warn(`onvif: ${path} can't be read (${sentenceOf(error)}): clients will see new cameras`)
  }
  return undefined
}
