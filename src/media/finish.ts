// Makes an ordinary seekable MP4 of a running recording's fragments, without re-encoding, and reads facts of media
// files. The work is ffmpeg's and ffprobe's; each call ends its child when `signal` aborts.
import { open, rename, rm } from 'node:fs/promises'
import type { Cause } from '../camera/state.js'
import { Failure } from '../lib/failure.js'
import { describeEnd, startChild } from '../lib/process.js'

/** What the file itself remembers, so that the index can be made again from the files. */
export interface Note {
  readonly from: number
  readonly causes: readonly Cause[]
  readonly pre_roll_s: number | null
}

export interface MediaFacts {
  readonly duration: number | null
  readonly width: number | null
  readonly height: number | null
  readonly note: Note | null
}

const run = async (command: string, args: readonly string[], signal: AbortSignal): Promise<string> => {
  signal.throwIfAborted()
  const child = startChild({ name: command, command, args })
  const stop = (): void => void child.stop(500)
  signal.addEventListener('abort', stop)
  try {
    const parts: Buffer[] = []
    child.stdout.on('data', (data: Buffer) => parts.push(data))
    const end = await child.exited
    signal.throwIfAborted()
    if (end.code !== 0) throw new Failure('storage', describeEnd(command, end))
    return Buffer.concat(parts).toString()
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Sees to it that a file survives a power cut. */
export const syncFile = async (path: string): Promise<void> => {
  const file = await open(path, 'r+')
  await file.sync().finally(() => file.close())
}

/** `part` becomes `to` by way of `tmp`: moov in front, timestamps from 0. `part` stays. */
export const finishMp4 = async (
  { part, tmp, to }: { readonly part: string; readonly tmp: string; readonly to: string },
  { from, causes, pre_roll_s }: Note,
  signal: AbortSignal,
): Promise<void> => {
  const note: Note = { from, causes, pre_roll_s }
  const said = ['-metadata', `creation_time=${new Date(from).toISOString()}`]
  const remembered = ['-metadata', `comment=${JSON.stringify(note)}`]
  const out = ['-map', '0', '-c', 'copy', '-movflags', '+faststart', ...said, ...remembered, '-f', 'mp4', tmp]
  try {
    await run('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-i', part, ...out], signal)
    await syncFile(tmp)
    await rename(tmp, to)
  } catch (error) {
    await rm(tmp, { force: true })
    throw error
  }
}

interface Probed {
  readonly streams?: readonly { readonly width?: number; readonly height?: number }[]
  readonly format?: { readonly duration?: string; readonly tags?: { readonly comment?: string } }
}

const readNote = (comment: string | undefined): Note | null => {
  try {
    const note = JSON.parse(comment ?? '') as Note
    return typeof note.from === 'number' && Array.isArray(note.causes) ? note : null
  } catch {
    return null
  }
}

/** Facts of a recording or picture; throws when it is neither. */
export const probeMedia = async (path: string, signal: AbortSignal): Promise<MediaFacts> => {
  const entries = 'format=duration:format_tags=comment:stream=width,height'
  const text = await run('ffprobe', ['-v', 'error', '-show_entries', entries, '-of', 'json', path], signal)
  const { streams = [], format = {} } = JSON.parse(text) as Probed
  const picture = streams.find((stream) => stream.width !== undefined)
  if (!picture) throw new Failure('storage', `There is no picture in ${path}`)
  return {
    duration: format.duration === undefined ? null : Number(format.duration),
    width: picture.width ?? null,
    height: picture.height ?? null,
    note: readNote(format.tags?.comment),
  }
}
