// What the page knows of the cameras: the facts of the service, heard over one event stream.
import type { Fact } from '../camera/events.js'
import type { CameraState } from '../camera/state.js'
import { api } from './api.js'

export interface HouseListener {
  /** Cameras in the order of the configuration. */
  onCameras(cameras: readonly CameraState[]): void
  onEvent(fact: Extract<Fact, { type: 'event' }>): void
  onConnected(connected: boolean): void
}

/** The browser's EventSource comes back by itself; each time it first hears the present states. */
export const watchHouse = ({ onCameras, onEvent, onConnected }: HouseListener): { close(): void } => {
  const cameras = new Map<string, CameraState>()
  const source = new EventSource(api.eventsAddress(), { withCredentials: true })
  source.addEventListener('open', () => onConnected(true))
  source.addEventListener('error', () => onConnected(false))
  const hear = (message: MessageEvent<string>): void => {
    const fact = JSON.parse(message.data) as Fact
    if (fact.type === 'event') onEvent(fact)
    else {
      cameras.set(fact.camera, fact.state)
      onCameras([...cameras.values()])
    }
  }
  for (const type of ['message', 'state', 'event']) source.addEventListener(type, hear)
  return { close: () => source.close() }
}
