// Cameras without hardware, rules or files, for tests of adapters: state and events are what the test says, commands
// are recorded and have the plainest outcome. Pictures are real JPEGs and PNGs.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { checkSettingsChange } from '../../src/camera/check-settings.js'
import type { Asker, Command, CommandResults, ResultOf } from '../../src/camera/commands.js'
import type { CameraEvent, Fact } from '../../src/camera/events.js'
import type { Cameras, PictureRequest, Pictures, Recordings } from '../../src/camera/ports.js'
import { changeSettings, type SettingsChange } from '../../src/camera/settings.js'
import type { CameraState } from '../../src/camera/state.js'
import type { StoredItem } from '../../src/camera/stored-item.js'
import { changeZones } from '../../src/camera/zone-changes.js'
import { Failure } from '../../src/lib/failure.js'
import { defaultSettings } from './settings.js'

export interface FakeCameras extends Cameras {
  /** Changes a camera's state and tells it. */
  change(id: string, change: Partial<CameraState>): void
  tell(id: string, event: CameraEvent, at?: number): void
  /** Puts a finished recording or snapshot on the shelf. */
  keep(id: string, item: Partial<StoredItem>, picture: Buffer): StoredItem
  /** The next command fails so. */
  failNext(failure: unknown): void
  readonly commands: { readonly id: string; readonly command: Command; readonly by: Asker }[]
  readonly watchers: number
  readonly pictures: Pictures & { readonly asked: (PictureRequest & { readonly camera: string })[] }
  readonly recordings: Recordings
}

export const START = Date.UTC(2026, 10, 20, 12)

export const fakeState = (id: string, change: Partial<CameraState> = {}): CameraState => ({
  id,
  name: id.charAt(0).toUpperCase() + id.slice(1),
  source: 'test-pattern',
  controls: [],
  link: { status: 'online', since: START, problem: null },
  health: {},
  motion: { active: false, level: 0, since: null, zones: [] },
  objects: { counts: {}, zones: {}, detector: null },
  processor: null,
  light: { mode: 'day', dark: 40, cause: 'measured', since: START },
  recording: { active: false, causes: [], since: null },
  media: { video: { codec: 'h264', width: 1280, height: 720 }, audio: false },
  last: { motion: null, snapshot: null, recording: null },
  settings: defaultSettings,
  ...change,
})

/** A picture of noise, which compresses badly: good for making large ones. */
export const noise = async (width: number, height: number, format: 'jpeg' | 'png', quality = 90): Promise<Buffer> => {
  const pixels = Buffer.alloc(width * height * 3)
  let seed = width * height
  for (let i = 0; i < pixels.length; i++) {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff
    pixels[i] = seed >> 16
  }
  const image = sharp(pixels, { raw: { width, height, channels: 3 } })
  return format === 'png' ? image.png().toBuffer() : image.jpeg({ quality }).toBuffer()
}

/** `folder`: where kept pictures are written. */
export const createFakeCameras = (folder: string, ...ids: string[]): FakeCameras => {
  const states = new Map(ids.map((id) => [id, fakeState(id)]))
  const watchers = new Set<(fact: Fact) => void>()
  const commands: FakeCameras['commands'] = []
  const items = new Map<string, StoredItem>()
  const asked: FakeCameras['pictures']['asked'] = []
  let failure: unknown
  let count = 0
  mkdirSync(folder, { recursive: true })

  const give = (fact: Fact): void => {
    for (const watcher of [...watchers]) watcher(fact)
  }
  const find = (id: string): CameraState => {
    const state = states.get(id)
    if (!state) throw new Failure('not-found', `there is no camera "${id}"`)
    return state
  }
  const change = (id: string, part: Partial<CameraState>): void => {
    const previous = find(id)
    const state = { ...previous, ...part }
    states.set(id, state)
    give({ type: 'state', camera: id, at: START, state, previous })
  }
  const tell = (id: string, event: CameraEvent, at = START): void => {
    count += 1
    give({ type: 'event', camera: id, at, id: `event-${count}`, event })
  }
  const keep = (id: string, part: Partial<StoredItem>, picture: Buffer): StoredItem => {
    count += 1
    const kind = part.kind ?? 'snapshot'
    const format = part.format ?? 'jpg'
    const item: StoredItem = {
      id: `${id}-${count}`,
      camera: id,
      kind,
      from: START + count * 1000,
      to: START + count * 1000,
      state: 'finished',
      causes: kind === 'recording' ? ['motion'] : [],
      pre_roll_s: kind === 'recording' ? 3.2 : null,
      bytes: picture.length,
      keep: false,
      width: 1280,
      height: 720,
      format,
      path: `${id}/2026-11-20/12-00-00_${count}.${format}`,
      picture: true,
      ...part,
    }
    items.set(item.id, item)
    writeFileSync(join(folder, item.id), picture)
    return item
  }
  const set = (id: string, part: SettingsChange): void =>
    change(id, { settings: changeSettings(find(id).settings, part) })
  const carryOut = async (id: string, command: Command): Promise<CommandResults[Command['type']]> => {
    switch (command.type) {
      case 'snapshot':
      case 'stack': {
        const format = command.format ?? 'jpg'
        const item = keep(id, { format }, await noise(320, 180, format === 'png' ? 'png' : 'jpeg'))
        change(id, { last: { ...find(id).last, snapshot: item.id } })
        tell(id, { type: 'snapshot_taken', item })
        return item
      }
      case 'record': {
        const active = command.action === 'start'
        change(id, { recording: { active, causes: active ? ['manual'] : [], since: active ? START : null } })
        return find(id).recording
      }
      case 'settings':
        set(id, command.change)
        return find(id).settings
      case 'clip':
        return keep(
          id,
          { kind: 'recording', format: 'mp4', from: command.from, to: command.to, causes: ['manual'] },
          await noise(320, 180, 'jpeg'),
        )
      case 'zone': {
        const { settings } = find(id)
        const { id: about, zones } = changeZones(id, settings.zones, command.change)
        const change = checkSettingsChange({ zones }, settings)
        set(id, change)
        return find(id).settings.zones.find((zone) => zone.id === about) ?? null
      }
      default:
        return command satisfies never
    }
  }
  return {
    change,
    tell,
    keep,
    commands,
    get watchers() {
      return watchers.size
    },
    failNext: (next) => {
      failure = next
    },
    list: () => [...states.values()],
    state: find,
    trace: () => [],
    execute: async <C extends Command>(id: string, command: C, by: Asker) => {
      find(id)
      commands.push({ id, command, by })
      const bad = failure
      failure = undefined
      if (bad !== undefined) throw bad
      return (await carryOut(id, command)) as ResultOf<C>
    },
    watch: (_, listener) => {
      watchers.add(listener)
      for (const state of states.values())
        listener({ type: 'state', camera: state.id, at: START, state, previous: null })
      return { [Symbol.dispose]: () => void watchers.delete(listener) }
    },
    pictures: {
      asked,
      picture: async (camera, request = {}) => {
        asked.push({ camera, ...request })
        const data = await noise(640, 360, 'jpeg')
        return { data, format: 'jpg', at: request.at ?? START, width: 640, height: 360 }
      },
    },
    recordings: {
      list: () => [...items.values()],
      get: (id) => {
        const item = items.get(id)
        if (!item) throw new Failure('not-found', `there is no recording "${id}"`)
        return item
      },
      files: (id) => ({ video: null, picture: items.has(id) ? join(folder, id) : null }),
      crop: () => null,
      keep: async () => {
        throw new Failure('refused', 'the fake shelf keeps everything')
      },
      remove: async () => {
        throw new Failure('refused', 'the fake shelf keeps everything')
      },
      usage: () => ({ items: items.size, bytes: 0, free: null, problem: null }),
    },
  }
}
