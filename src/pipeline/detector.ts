// The detection engine and the cameras that want it: it runs while any of them does, for the labels of all, and each
// hears how it is and which detectors look.
import type { Camera } from '../camera/camera.js'
import type { PartHealth } from '../camera/state.js'
import type { JobHealth } from '../lib/supervise.js'
import type { Engine } from '../vision/engine/engine.js'
import { isWanted } from './detecting.js'
import { createSharedEngine, type SharedEngineDeps } from './shared-engine.js'

export interface Detector extends AsyncDisposable {
  engine(): Engine | undefined
  /** The settings of a camera have changed. */
  follow(): void
}

export interface DetectorDeps extends Omit<SharedEngineDeps, 'onHealth'> {
  readonly cameras: readonly Pick<Camera, 'state' | 'learn'>[]
}

const FINE: PartHealth = { status: 'working', problem: null }

export const createDetector = ({ cameras, ...deps }: DetectorDeps): Detector => {
  let health: PartHealth = { status: 'starting', problem: null }
  const tell = (): void => {
    const { engine } = shared
    for (const camera of cameras) {
      const { settings, health: known, objects } = camera.state()
      const wanted = isWanted(settings)
      if (wanted || known.detector) camera.learn({ type: 'health', part: 'detector', health: wanted ? health : FINE })
      const looks = wanted && engine && health.status === 'working' ? engine.describe() : null
      if (looks || objects.detector) {
        const detector = looks && { names: looks.detectors, why: looks.why }
        camera.learn({ type: 'detector', detector })
      }
    }
  }
  const onHealth = (next: JobHealth): void => {
    health = { status: next.status, problem: next.status === 'broken' ? next.problem : null }
    tell()
  }
  const shared = createSharedEngine({ ...deps, onHealth })
  return {
    engine: () => (health.status === 'working' ? shared.engine : undefined),
    follow: () => {
      const wanting = cameras.map((camera) => camera.state().settings).filter(isWanted)
      shared.want(wanting.flatMap(({ detection }) => detection.labels))
      tell()
    },
    [Symbol.asyncDispose]: () => shared[Symbol.asyncDispose](),
  }
}
