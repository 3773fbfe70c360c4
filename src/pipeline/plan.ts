// What should run for one camera, as data: gateway paths, publishers, taps. Pure; reconcile makes it so.
import type { ChildPlan } from '../lib/process.js'
import type { Gateway, PathSpec } from '../media/gateway/gateway.js'
import { planSource, type SourceConfig } from '../sources/index.js'
import { relayRtsp } from '../sources/rtsp.js'
import type { StreamName, StreamPlan } from '../sources/source.js'

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
}

export interface TapPlan extends Place {
  readonly job: 'tap'
  readonly url: string
  readonly fragments: boolean
  readonly frames: { readonly width: number; readonly fps: number } | null
}

export type JobPlan = PublisherPlan | TapPlan

export interface CameraPlan {
  readonly paths: readonly PathSpec[]
  readonly jobs: Readonly<Record<string, JobPlan>>
}

export interface PlanRequest {
  readonly id: string
  readonly source: SourceConfig
  readonly gateway: Pick<Gateway, 'pulls' | 'serviceUrl'>
  readonly night: boolean
}

/** What eyes are given. */
export const FRAMES = { width: 320, fps: 10 }

export const pathOf = (id: string, stream: StreamName): string => (stream === 'main' ? id : `${id}_sub`)

export const planCamera = ({ id, source, gateway, night }: PlanRequest): CameraPlan => {
  const publishUrl = (stream: StreamName): string => gateway.serviceUrl(pathOf(id, stream))
  const { main, sub } = planSource(source, { publishUrl, night })
  const paths: PathSpec[] = []
  const jobs: Record<string, JobPlan> = {}
  const add = (stream: StreamName, feed: StreamPlan, seen: Pick<TapPlan, 'fragments' | 'frames'>): void => {
    const path = pathOf(id, stream)
    const place = { stream, path }
    const pulled = feed.feed === 'pull' && gateway.pulls
    paths.push(pulled ? { ...feed, name: path } : { name: path, feed: 'publish' })
    jobs[`publisher ${stream}`] = {
      ...{ job: 'publisher', ...place },
      child: pulled
        ? null
        : feed.feed === 'child'
          ? feed.child
          : relayRtsp(feed.url, feed.transport, publishUrl(stream)),
      loops: feed.feed === 'child' && feed.loops === true,
      ends: feed.feed === 'child' ? (feed.ends ?? null) : null,
    }
    jobs[`tap ${stream}`] = { job: 'tap', ...place, url: publishUrl(stream), ...seen }
  }
  // Frames come from the small stream where there is one: the main stream is then never decoded.
  add('main', main, { fragments: true, frames: sub ? null : FRAMES })
  if (sub) add('sub', sub, { fragments: false, frames: FRAMES })
  return { paths, jobs }
}
