// What an entity of Home Assistant is to us. Topics, ids, retain, differences and answers are the adapter's.
import type { Command } from '../../camera/commands.js'
import type { Fact } from '../../camera/events.js'
import type { CameraState } from '../../camera/state.js'

export type Component = 'binary_sensor' | 'button' | 'event' | 'image' | 'number' | 'select' | 'sensor' | 'switch'

/** A picture to publish: of a kept recording or snapshot, or of a moment that the ring still holds. */
export type PictureWanted =
  | { readonly of: 'item'; readonly item: string }
  | { readonly of: 'moment'; readonly at: number }

export interface EntityDefinition {
  readonly id: string
  readonly component: Component
  /** Keys of Home Assistant's discovery beyond ids and topics. */
  readonly discovery: Readonly<Record<string, unknown>> & { readonly name: string }
  /** Home Assistant shows it as unavailable while no video arrives: a camera that can't see has no opinion. */
  readonly needsVideo?: true
  /** The same while nobody looks for things. */
  readonly needsDetection?: true
  /** Its state; undefined while it is not known. */
  show?(state: CameraState): string | number | undefined
  /** What a payload on its `set` topic asks for; undefined when it makes no sense. */
  ask?(payload: string): Command | undefined
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
