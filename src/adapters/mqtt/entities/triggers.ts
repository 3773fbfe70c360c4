// Device triggers: what people choose in Home Assistant's automation editor without knowing any entity.
import type { EntityDefinition } from '../entity.js'

const EVENT = '{{ value_json.event_type }}'
const SIGHTING = "{{ value_json.event_type }} {{ value_json.phase | default('') }} {{ value_json.label | default('') }}"

const trigger = (
  id: string,
  type: string,
  subtype: string,
  payload: string,
  value_template = EVENT,
): EntityDefinition => ({
  id: `trigger_${id}`,
  component: 'device_automation',
  discovery: { automation_type: 'trigger', type, subtype, payload, value_template },
})

const always = [
  trigger('motion', 'started', 'motion', 'motion_started'),
  trigger('motion_ended', 'ended', 'motion', 'motion_ended'),
  trigger('recording_finished', 'finished', 'recording', 'recording_finished'),
  trigger('snapshot', 'taken', 'snapshot', 'snapshot_taken'),
]

/** `labels`: by the ids of their entities. */
export const triggerEntities = (labels: ReadonlyMap<string, string>): readonly EntityDefinition[] => [
  ...always,
  ...[...labels].map(([id, label]) => trigger(`seen_${id}`, 'seen', label, `sighting began ${label}`, SIGHTING)),
]
