// How the page says times, sizes and events.
import type { CameraEvent } from '../camera/events.js'
import type { StoredItem } from '../camera/stored-item.js'

const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' })
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' })

export const timeOf = (at: number): string => clock.format(at)

export const dayOf = (at: number): string => {
  const date = new Date(at).toDateString()
  if (date === new Date().toDateString()) return 'Today'
  if (date === new Date(Date.now() - 86_400_000).toDateString()) return 'Yesterday'
  return day.format(at)
}

export const lengthOf = ({ from, to }: StoredItem): string => {
  if (to === null) return 'running'
  const seconds = Math.round((to - from) / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

export const sizeOf = (bytes: number): string =>
  bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`

export const eventWords = (event: CameraEvent): string => {
  switch (event.type) {
    case 'motion_started':
      return `Motion (level ${event.level})`
    case 'motion_ended':
      return `Motion ended after ${Math.round(event.duration_s)} s`
    case 'light_step':
      return `The light changed (${event.kind})`
    case 'sighting': {
      const { phase, label, duration_s } = event.sighting
      return phase === 'began' ? `A ${label} is there` : `A ${label} was there for ${Math.round(duration_s)} s`
    }
    case 'light_changed':
      return event.mode === 'night' ? 'Night began' : 'Day began'
    case 'recording_started':
      return 'Recording began'
    case 'recording_finished':
      return 'Recording kept'
    case 'recording_failed':
      return `Recording failed: ${event.problem}`
    case 'snapshot_taken':
      return 'Snapshot taken'
    case 'processor_event':
      return event.name
    default:
      return event satisfies never
  }
}
