// Whether video arrives in a path of the gateway, by its bytes.
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import type { Gateway } from '../media/gateway/gateway.js'

export interface PathDeps {
  readonly plan: { readonly path: string }
  readonly gateway: Pick<Gateway, 'facts' | 'watch'>
  readonly clock: Clock
}

/** How long the first video may take to come. */
const FIRST_MS = 15_000
/** Shorter than ffmpeg's own patience with a camera, after which it goes on to say goodbye to it for as long again. */
const STALLED_MS = 10_000
const LOOK_MS = 1000

/** What has come into its path so far. */
export const bytesOf = ({ plan: { path }, gateway }: PathDeps): number =>
  gateway.facts().paths.find(({ name }) => name === path)?.bytesIn ?? 0

/** Calls `ready` when video arrives, and `onStalled` once when it has stayed away. */
export const watchBytes = (
  deps: PathDeps,
  ready: () => void,
  onStalled: (problem: Failure) => void,
): Disposable & { silence(): number } => {
  const { gateway, clock } = deps
  const { path } = deps.plan
  let bytes = bytesOf(deps)
  let grewAt = clock.now().mono
  let patience = FIRST_MS
  const watching = gateway.watch((name, online) => {
    if (name === path && online) ready()
  })
  const end = (): void => {
    watching[Symbol.dispose]()
    looking[Symbol.dispose]()
  }
  const looking = clock.every(LOOK_MS, () => {
    const now = clock.now().mono
    const facts = gateway.facts().paths.find(({ name }) => name === path)
    if (facts?.online && facts.bytesIn !== bytes) {
      bytes = facts.bytesIn
      grewAt = now
      patience = STALLED_MS
      ready()
    } else if (now - grewAt >= patience) {
      end()
      onStalled(noVideo(now - grewAt, facts?.problem))
    }
  })
  return { silence: () => clock.now().mono - grewAt, [Symbol.dispose]: end }
}

export const noVideo = (ms: number, why?: string | null): Failure =>
  new Failure('unavailable', `no video from the camera for ${Math.round(ms / 1000)} s${why ? `: ${why}` : ''}`)
