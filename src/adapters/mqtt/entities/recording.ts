// Whether a recording runs, from any cause. ON holds it until somebody says OFF, which ends it whatever its cause.
import { askOnOff, defineEntity, onOff } from '../entity.js'

export const recording = defineEntity({
  id: 'recording',
  component: 'switch',
  discovery: { name: 'Recording', icon: 'mdi:record-rec' },
  show: ({ recording }) => onOff(recording.active),
  ask: askOnOff((on) => ({ type: 'record', action: on ? 'start' : 'stop' })),
})
