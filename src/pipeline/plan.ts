// What should run for one camera, as data: gateway paths, publishers, taps. Pure; reconcile makes it so.
import type { ChildPlan } from '../lib/process.js'
import type { Gateway, PathSpec } from '../media/gateway/gateway.js'
import { planSource, type SourceConfig } from '../sources/index.js'
import { createMask, type Mask } from '../sources/mask.js'
import { relayRtsp } from '../sources/rtsp.js'
import { SLATE_SIZE, type SlateSize, slate } from '../sources/slate.js'
import type { SourcePlan, StreamName, StreamPlan } from '../sources/source.js'
import { guardOf, type Privacy, type Proof, proofOf, STOPPED } from './privacy.js'

interface Place {
  readonly stream: StreamName
  /** The gateway's path. */
  readonly path: string
}

/** Brings video into a path: a child of ours, or (null) the gateway itself. */
export interface PublisherPlan extends Place {
  readonly job: 'publisher'
  readonly child: ChildPlan | null
  readonly loops: boolean
  readonly ends: string | null
  /** Why nothing may be published, as a sentence. */
  readonly refused: string | null
  /** What must be seen in its video before anybody gets it. */
  readonly proof: Proof | null
}

export interface TapPlan extends Place {
  readonly job: 'tap'
  /** What it reads was admitted as this: another guard is another tap. */
  readonly guard: string | null
  readonly url: string
  readonly fragments: boolean
  readonly frames: { readonly width: number; readonly fps: number } | null
}

export type JobPlan = PublisherPlan | TapPlan

export interface CameraPlan {
  readonly guard: string | null
  readonly paths: readonly PathSpec[]
  readonly jobs: Readonly<Record<string, JobPlan>>
}

export interface PlanRequest {
  readonly id: string
  readonly source: SourceConfig
  readonly gateway: Pick<Gateway, 'pulls' | 'serviceUrl'>
  /** Whether it is on: of one that is off nothing runs. */
  readonly capture: boolean
  readonly night: boolean
  readonly privacy: Privacy
  /** The size of the camera's picture, where it is known. */
  readonly video: SlateSize | null
}

/** What eyes are given. */
export const FRAMES = { width: 320, fps: 10 }
/** What detectors are given is no wider than this. */
export const DETAIL = { width: 1280 }

export const pathOf = (id: string, stream: StreamName): string => (stream === 'main' ? id : `${id}_sub`)

const CANNOT_MASK = "this kind of camera can't hide privacy zones: no video is shown while there are any"

/** A kind of source that forgot the mask has no video. */
const isMasked = (feed: StreamPlan, { filter }: Mask): boolean =>
  feed.feed === 'pull' || feed.child.args.some((word) => word.includes(filter))

/** In place of each stream; a small one as wide as the eyes' pictures are at most. */
const slates = ({ sub }: SourcePlan, size: SlateSize, publishUrl: (stream: StreamName) => string): SourcePlan => {
  const even = { width: Math.ceil(size.width / 2) * 2, height: Math.ceil(size.height / 2) * 2 }
  const small = { width: 640, height: Math.round((size.height * 320) / size.width) * 2 }
  const show = (stream: StreamName, of: SlateSize): StreamPlan => ({
    feed: 'child',
    child: slate(of, publishUrl(stream)),
  })
  return { main: show('main', even), ...(sub ? { sub: show('sub', small) } : {}) }
}

export const planCamera = (request: PlanRequest): CameraPlan => {
  const { id, source, gateway, night, privacy, video } = request
  if (!request.capture) return { guard: STOPPED, paths: [], jobs: {} }
  const publishUrl = (stream: StreamName): string => gateway.serviceUrl(pathOf(id, stream))
  const mask = privacy.enabled ? null : createMask(privacy.polygons)
  const planned = planSource(source, { publishUrl, night, mask })
  const { main, sub } = privacy.enabled ? slates(planned, video ?? SLATE_SIZE, publishUrl) : planned
  const proof = proofOf(privacy)
  const guard = guardOf(proof)
  const paths: PathSpec[] = []
  const jobs: Record<string, JobPlan> = {}
  const add = (stream: StreamName, feed: StreamPlan, seen: Pick<TapPlan, 'fragments' | 'frames'>): void => {
    const path = pathOf(id, stream)
    const place = { stream, path }
    const pulled = feed.feed === 'pull' && gateway.pulls && !mask
    paths.push(pulled ? { ...feed, name: path } : { name: path, feed: 'publish', ...(guard === null ? {} : { guard }) })
    jobs[`publisher ${stream}`] = {
      ...{ job: 'publisher', ...place },
      child: pulled
        ? null
        : feed.feed === 'child'
          ? feed.child
          : relayRtsp(feed.url, feed.transport, publishUrl(stream), mask),
      loops: feed.feed === 'child' && feed.loops === true,
      ends: feed.feed === 'child' ? (feed.ends ?? null) : null,
      refused: mask && !isMasked(feed, mask) ? CANNOT_MASK : null,
      proof,
    }
    if (seen.fragments || seen.frames)
      jobs[`tap ${stream}`] = { job: 'tap', ...place, guard, url: publishUrl(stream), ...seen }
  }
  // Frames come from the small stream where there is one: the main stream is then never decoded.
  // A slate is shown, but nobody looks at it.
  const frames = privacy.enabled ? null : FRAMES
  add('main', main, { fragments: true, frames: sub ? null : frames })
  if (sub) add('sub', sub, { fragments: false, frames })
  return { guard, paths, jobs }
}
