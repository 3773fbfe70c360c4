// All entities of a camera, in the order in which a fact is told: what automations wait for comes first.
import type { CameraState } from '../../../camera/state.js'
import type { EntityDefinition } from '../entity.js'
import { camera } from './camera.js'
import { connectivity } from './connectivity.js'
import { darkLevel } from './dark-level.js'
import { detection } from './detection.js'
import { events } from './events.js'
import { factEntities, type KnownFacts } from './facts.js'
import { fps } from './fps.js'
import { labelEntities, labelIds } from './labels.js'
import { lastEvent } from './last-event.js'
import { lastEventTime } from './last-event-time.js'
import { lastSnapshot } from './last-snapshot.js'
import { lightMode } from './light-mode.js'
import { motion } from './motion.js'
import { motionDetection } from './motion-detection.js'
import { motionLevel } from './motion-level.js'
import { nightMode } from './night-mode.js'
import { numberEntities } from './numbers.js'
import { privacy } from './privacy.js'
import { problem } from './problem.js'
import { recording } from './recording.js'
import { snapshot } from './snapshot.js'
import { stackAtNight } from './stack-at-night.js'
import { stackedSnapshot } from './stacked-snapshot.js'
import { storageUsed } from './storage-used.js'
import { triggerLevel } from './trigger-level.js'
import { triggerLevelDown } from './trigger-level-down.js'
import { triggerLevelUp } from './trigger-level-up.js'
import { triggerEntities } from './triggers.js'
import { uptime } from './uptime.js'
import { zoneEntities } from './zones.js'

/** Those that every camera has. */
export const entities: readonly EntityDefinition[] = [
  motion,
  connectivity,
  problem,
  recording,
  lightMode,
  motionLevel,
  darkLevel,
  lastEventTime,
  snapshot,
  stackedSnapshot,
  lastSnapshot,
  lastEvent,
  events,
  camera,
  privacy,
  motionDetection,
  detection,
  nightMode,
  stackAtNight,
  triggerLevel,
  triggerLevelUp,
  triggerLevelDown,
  storageUsed,
  fps,
  uptime,
]

/** What only time tells of a camera. */
export interface Known {
  /** What was ever looked for: it is shown, if only as unavailable. */
  readonly labels: ReadonlySet<string>
  readonly facts: KnownFacts
}

export const entitiesOf = (state: CameraState, { labels, facts }: Known): readonly EntityDefinition[] => {
  const others = [...zoneEntities(state), ...entities, ...numberEntities(state), ...factEntities(facts)]
  const ids = labelIds(state, labels, new Set(others.map(({ id }) => id)))
  return [...labelEntities(ids), ...others, ...triggerEntities(ids)]
}
