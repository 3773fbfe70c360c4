// All entities of a camera, in the order in which a fact is told: what automations wait for comes first.
import type { CameraState } from '../../../camera/state.js'
import type { EntityDefinition } from '../entity.js'
import { connectivity } from './connectivity.js'
import { darkLevel } from './dark-level.js'
import { detection } from './detection.js'
import { events } from './events.js'
import { labelEntities } from './labels.js'
import { lastEvent } from './last-event.js'
import { lastSnapshot } from './last-snapshot.js'
import { lightMode } from './light-mode.js'
import { motion } from './motion.js'
import { motionDetection } from './motion-detection.js'
import { motionLevel } from './motion-level.js'
import { nightMode } from './night-mode.js'
import { privacy } from './privacy.js'
import { problem } from './problem.js'
import { recording } from './recording.js'
import { snapshot } from './snapshot.js'
import { stackedSnapshot } from './stacked-snapshot.js'
import { triggerLevel } from './trigger-level.js'

export const entities: readonly EntityDefinition[] = [
  motion,
  connectivity,
  problem,
  recording,
  lightMode,
  motionLevel,
  darkLevel,
  snapshot,
  stackedSnapshot,
  lastSnapshot,
  lastEvent,
  events,
  triggerLevel,
  motionDetection,
  detection,
  privacy,
  nightMode,
]

const ids: ReadonlySet<string> = new Set(entities.map(({ id }) => id))

/** Those of one camera; with those of the labels that it looks for. */
export const entitiesOf = (state: CameraState, labels: boolean): readonly EntityDefinition[] =>
  labels ? [...labelEntities(state, ids), ...entities] : entities

export const findEntity = (id: string): EntityDefinition | undefined => entities.find((entity) => entity.id === id)
