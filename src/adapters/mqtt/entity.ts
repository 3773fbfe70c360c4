// What an entity of Home Assistant is to us. Topics, ids, retain, differences and answers are the adapter's.
import type { Command } from '../../camera/commands.js'
import type { Fact } from '../../camera/events.js'
import type { CameraState } from '../../camera/state.js'
import type { Plain } from '../../lib/check.js'

export type Component =
  | 'binary_sensor'
  | 'button'
  | 'device_automation'
  | 'event'
  | 'image'
  | 'number'
  | 'select'
  | 'sensor'
  | 'switch'

/** A picture to publish: of a kept recording or snapshot, or of a moment that the ring still holds. */
export type PictureWanted =
  | { readonly of: 'item'; readonly item: string }
  | { readonly of: 'moment'; readonly at: number }

/** What is known of a camera beside its state; measured every so often. */
export interface Vitals {
  /** Undefined or 0 while no video comes. */
  readonly fps: number | undefined
  /** Of all that is kept of it. */
  readonly bytes: number
  /** Where to see it, by what it is: rtsp, page, … */
  readonly addresses: Plain
}

export interface EntityDefinition {
  readonly id: string
  readonly component: Component
  /** Keys of Home Assistant's discovery beyond ids and topics. */
  readonly discovery: Readonly<Record<string, unknown>>
  /** Home Assistant shows it as unavailable while no video arrives: a camera that can't see has no opinion. */
  readonly needsVideo?: true
  /** The same while nobody looks for things. */
  readonly needsDetection?: true
  /** The same while its state is not known. */
  readonly needsState?: true
  /** Its state; undefined while it is not known. */
  show?(state: CameraState, vitals: Vitals): string | number | undefined
  /** What Home Assistant shows beside the state. */
  attributes?(state: CameraState, vitals: Vitals): Plain
  /** What a payload on its `set` topic asks for; undefined when it makes no sense. */
  ask?(payload: string, state: CameraState): Command | undefined
  /** The picture that a fact brings. */
  picture?(fact: Fact): PictureWanted | undefined
}

export const defineEntity = (definition: EntityDefinition): EntityDefinition => definition

export const onOff = (on: boolean): string => (on ? 'ON' : 'OFF')

/** For switches: what ON and OFF ask for. */
export const askOnOff =
  (ask: (on: boolean) => Command) =>
  (payload: string): Command | undefined =>
    payload === 'ON' ? ask(true) : payload === 'OFF' ? ask(false) : undefined

/** For buttons. */
export const askPress =
  (ask: (state: CameraState) => Command) =>
  (payload: string, state: CameraState): Command | undefined =>
    payload === 'PRESS' ? ask(state) : undefined

/** For numbers. */
export const askNumber =
  (ask: (value: number) => Command) =>
  (payload: string): Command | undefined => {
    const value = payload.trim() === '' ? Number.NaN : Number(payload)
    return Number.isFinite(value) ? ask(value) : undefined
  }

/** Home Assistant refuses longer states. */
const LONGEST = 255

/** Text as a state: in one line, and not too long. */
export const asState = (text: string): string => {
  const letters = [...text.replace(/\s+/g, ' ').trim()]
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join('')}…` : letters.join('')
}

/** Text as a part of ids and topics. */
export const slug = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '_')

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
