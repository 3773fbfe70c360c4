// What is to be told, as it waits: small, without its pictures, and the same after a restart.
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Sighting } from '../../camera/events.js'
import type { CameraState } from '../../camera/state.js'
import type { Message } from './notifier.js'

export type Entry = Pick<Message, 'id' | 'at' | 'camera' | 'title' | 'text'> & { readonly sighting: Sighting }

export const entryOf = (
  { id, at }: { readonly id: string; readonly at: number },
  { id: camera, name, settings }: Pick<CameraState, 'id' | 'name' | 'settings'>,
  sighting: Sighting,
): Entry => {
  const { label, score, zones } = sighting
  const title = `${label.replace(/^./, (letter) => letter.toUpperCase())} at ${name}`
  const named = zones.map((zone) => settings.zones.find((one) => one.id === zone)?.name ?? zone)
  const where = named.length > 0 ? `\nWhere: ${named.join(', ')}` : ''
  const text = `${title}, ${timeOf(sighting.since)} (${Math.round(score * 100)} % sure).${where}`
  return { id, at, camera: { id: camera, name }, sighting, title, text }
}

/** `2026-11-21 14:03:09`, in local time. */
export const timeOf = (wall: number): string => {
  const at = new Date(wall)
  const local = new Date(wall - at.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 19).replace('T', ' ')
}

const Stored = Type.Object({
  id: Type.String(),
  at: Type.Number(),
  camera: Type.Object({ id: Type.String(), name: Type.String() }),
  title: Type.String(),
  text: Type.String(),
  sighting: Type.Object({
    phase: Type.Union([Type.Literal('began'), Type.Literal('ended')]),
    track: Type.Number(),
    label: Type.String(),
    score: Type.Number(),
    box: Type.Object({ x: Type.Number(), y: Type.Number(), width: Type.Number(), height: Type.Number() }),
    zones: Type.Array(Type.String()),
    since: Type.Number(),
    duration_s: Type.Number(),
    item: Type.Union([Type.String(), Type.Null()]),
  }),
})

/** As an earlier run wrote it; undefined when it is none. */
export const readEntry = (value: unknown): Entry | undefined => (Value.Check(Stored, value) ? value : undefined)
