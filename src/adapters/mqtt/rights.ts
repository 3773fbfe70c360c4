// Who may say what on our own broker. Pure. Everybody who signed in may listen; states and discovery are the service's.
import type { Role } from '../../camera/ports.js'
import { BRIDGE } from './topics.js'

/** `service`: we ourselves. */
export type Speaker = Role | 'service'

export interface Speech {
  readonly topic: string
  readonly empty: boolean
}

/** Home Assistant signs in as operator: it commands, says that it lives, and empties the discovery of a deleted device. */
export const maySpeak = (who: Speaker, { topic, empty }: Speech, base: string, prefix: string): boolean => {
  switch (who) {
    case 'service':
      return true
    case 'viewer':
      return false
    case 'operator':
    case 'admin': {
      // What concerns the whole house is not for everybody who may command a camera.
      if (topic.startsWith(`${base}/${BRIDGE}/`)) return who === 'admin' && isCommand(topic, base)
      if (isCommand(topic, base) || topic === `${prefix}/status`) return true
      if (topic.startsWith(`${prefix}/device/nightjar_`)) return empty
      return who === 'admin' && topic !== base && !topic.startsWith(`${base}/`) && !topic.startsWith('$')
    }
    default:
      return who satisfies never
  }
}

const isCommand = (topic: string, base: string): boolean => {
  if (!topic.startsWith(`${base}/`)) return false
  const [camera, first, second, ...rest] = topic.slice(base.length + 1).split('/')
  return Boolean(camera && first && second) && rest.length === 0 && (first === 'command' || second === 'set')
}
