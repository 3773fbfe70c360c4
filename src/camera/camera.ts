// One camera: holds its state, applies the rules, carries out commands, tells facts.

import type { PictureFormat } from './commands.js'
import type { Input } from './inputs.js'
import type { StoredItem } from './ports.js'
import type { CameraState } from './state.js'

/** A camera's hands, given by its pipeline. Recording needs none: the recorder follows `state.recording`. */
export interface Equipment {
  snapshot(request: { readonly format: PictureFormat }): Promise<StoredItem>
}

export interface Camera {
  readonly id: string
  state(): CameraState
  learn(input: Input): void
  /** Until disposed, commands that need hands use these. */
  equip(equipment: Equipment): Disposable
}
