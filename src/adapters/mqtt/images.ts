// Pictures for Home Assistant: always JPEG, always small enough for the broker, one at a time and the newest only.
// What is published as state is text and never waits for these.
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import type { Pictures, Recordings } from '../../camera/ports.js'
import { Failure, sentenceOf } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import type { PictureWanted } from './entity.js'

export interface GalleryDeps {
  readonly pictures: Pictures
  readonly recordings: Recordings
  readonly log: Log
  /** Bytes that a payload may have. */
  limit(): number
  /** Whether the connection has taken it. */
  publish(topic: string, jpeg: Buffer): Promise<boolean>
}

export interface Gallery {
  want(topic: string, camera: string, wanted: PictureWanted): void
  /** The broker may have lost them: what is wanted next is published even if it was before. */
  forget(): void
}

export const createGallery = ({ pictures, recordings, log, limit, publish }: GalleryDeps): Gallery => {
  const waiting = new Map<string, { readonly camera: string; readonly wanted: PictureWanted }>()
  /** By topic: what was published last, and the moment it shows. */
  const shown = new Map<string, { readonly item?: string; readonly moment: number }>()
  let running = false

  const show = async (topic: string, camera: string, wanted: PictureWanted): Promise<void> => {
    if (wanted.of === 'moment') {
      const { data } = await pictures.picture(camera, { at: wanted.at, format: 'jpg' })
      if (await publish(topic, await fitJpeg(data, limit()))) shown.set(topic, { moment: wanted.at })
      return
    }
    const item = recordings.get(wanted.item)
    if (item.kind === 'recording' && !item.causes.includes('motion')) return
    const last = shown.get(topic)
    // The recording of an event that was already shown, or a snapshot heard of twice.
    if (last && (last.item === item.id || (item.kind === 'recording' && last.moment >= item.from))) return
    const file = recordings.files(item.id).picture
    if (!file) return
    const jpeg = await fitJpeg(await readFile(file), limit())
    if (await publish(topic, jpeg)) shown.set(topic, { item: item.id, moment: item.to ?? item.from })
  }
  const run = async (): Promise<void> => {
    running = true
    for (const [topic, { camera, wanted }] of waiting) {
      waiting.delete(topic)
      await show(topic, camera, wanted).catch((error: unknown) =>
        log.warn({ camera, topic }, `mqtt: no picture for ${topic}: ${sentenceOf(error)}`),
      )
    }
    running = false
  }
  return {
    want: (topic, camera, wanted) => {
      waiting.set(topic, { camera, wanted })
      if (!running) void run()
    },
    forget: () => shown.clear(),
  }
}

/** Tried in turn until the picture is small enough. */
const steps = [
  { scale: 1, quality: 85 },
  { scale: 1, quality: 70 },
  { scale: 0.6, quality: 75 },
  { scale: 0.4, quality: 70 },
  { scale: 0.2, quality: 60 },
  { scale: 0.1, quality: 50 },
]

/** A JPEG as it is when it fits; else, and for any other format, the best one that does. */
export const fitJpeg = async (data: Buffer, limit: number): Promise<Buffer> => {
  if (data[0] === 0xff && data[1] === 0xd8 && data.length <= limit) return data
  const { width = 640 } = await sharp(data).metadata()
  for (const { scale, quality } of steps) {
    const smaller = await sharp(data)
      .rotate()
      .resize({ width: Math.max(16, Math.round(width * scale)), withoutEnlargement: true })
      .jpeg({ quality })
      .toBuffer()
    if (smaller.length <= limit) return smaller
  }
  throw new Failure('too-large', `the broker takes at most ${limit} bytes, too few for any picture`)
}
