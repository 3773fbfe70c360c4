// What should run for one camera, as data: gateway paths, publishers, taps. Pure; reconcile makes it so.
import type { ChildPlan } from '../lib/process.js'
import type { Gateway, PathSpec } from '../media/gateway/gateway.js'
import { planSource, type SourceConfig, talkOf } from '../sources/index.js'
import { createMask, type Mask } from '../sources/mask.js'
import { type RelayOptions, relayRtsp } from '../sources/rtsp.js'
import { shrink } from '../sources/shrink.js'
import { SLATE_SIZE, type SlateSize, slate } from '../sources/slate.js'
import type { Addresses, Image, InputPlan, SourcePlan, StreamName, StreamPlan } from '../sources/source.js'
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
  /** In the child's place, where the gateway can read a camera at this address. */
  readonly camera: string | null
  /** In the child's place when the camera's sound does not come, for which the child would wait with its pictures. */
  readonly mute: ChildPlan | null
  /** What the child is given to read. */
  readonly input: InputPlan | null
  /** What the child reads is one of our paths: it waits for that to have video. `missing` tells meanwhile what is missing. */
  readonly after: { readonly path: string; readonly missing: string | null } | null
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
  readonly sound: boolean
}

/** Speaks with the camera beside its video: asks for addresses, hears its reports, sets its image. */
export interface TalkPlan {
  readonly job: 'talk'
  readonly about: 'addresses' | 'reports' | 'image'
  readonly source: SourceConfig
}

export type JobPlan = PublisherPlan | TapPlan | TalkPlan

export interface CameraPlan {
  readonly guard: string | null
  readonly paths: readonly PathSpec[]
  readonly jobs: Readonly<Record<string, JobPlan>>
}

export interface PlanRequest {
  readonly id: string
  readonly source: SourceConfig
  /** What a camera that is asked first has answered. */
  readonly addresses?: Addresses | undefined
  readonly gateway: Pick<Gateway, 'pulls' | 'rpi' | 'serviceUrl'>
  /** Whether it is on: of one that is off nothing runs. */
  readonly capture: boolean
  readonly night: boolean
  readonly image: Image
  readonly privacy: Privacy
  /** Wider pictures are made small for the ring; null: it holds what the camera sends. */
  readonly ringWidth: number | null
  /** The size of the camera's picture, where it is known. */
  readonly video: SlateSize | null
}

/** What eyes are given. */
export const FRAMES = { width: 320, fps: 10 }
/** What detectors are given is no wider than this. */
export const DETAIL = { width: 1280 }

export const pathOf = (id: string, stream: StreamName): string => (stream === 'main' ? id : `${id}_${stream}`)
/** Where a guest publishes. */
export const inletOf = (id: string): string => `${id}_push`

const CANNOT_MASK = "this kind of camera can't hide privacy zones: no video is shown while there are any"

/** A kind of source that forgot the mask has no video. */
const isMasked = (feed: StreamPlan, { filter }: Mask): boolean =>
  feed.feed === 'pull' || (feed.feed === 'child' && feed.child.args.some((word) => word.includes(filter)))

/** In place of each stream; a small one as wide as the eyes' pictures are at most. */
const slates = ({ sub }: SourcePlan, size: SlateSize, publishUrl: (stream: StreamName) => string): SourcePlan => {
  const even = { width: Math.ceil(size.width / 2) * 2, height: Math.ceil(size.height / 2) * 2 }
  const small = { width: 640, height: Math.round((size.height * 320) / size.width) * 2 }
  const show = (stream: StreamName, of: SlateSize): StreamPlan => ({
    feed: 'child',
    child: slate(of, publishUrl(stream)),
  })
  return { sound: false, main: show('main', even), ...(sub ? { sub: show('sub', small) } : {}) }
}

/** Whoever has not answered yet is asked nothing else: a wrong password is tried only once at a time. */
const talksWith = (source: SourceConfig, answered: boolean): Readonly<Record<string, TalkPlan>> => {
  const talk = talkOf(source)
  if (!talk) return {}
  const about = (what: TalkPlan['about']): Record<string, TalkPlan> => ({
    [what]: { job: 'talk', about: what, source },
  })
  if (!answered) return about('addresses')
  return { ...about('addresses'), ...(talk.listen(source) ? about('reports') : {}), ...about('image') }
}

export const planCamera = (request: PlanRequest): CameraPlan => {
  const { id, source, gateway, night, image, privacy, video, ringWidth, addresses } = request
  if (!request.capture) return { guard: STOPPED, paths: [], jobs: {} }
  const urlOf = (stream: StreamName): string => gateway.serviceUrl(pathOf(id, stream))
  const mask = privacy.enabled ? null : createMask(privacy.polygons)
  const inletUrl = gateway.serviceUrl(inletOf(id))
  const talks = talksWith(source, addresses !== undefined)
  if (talks.addresses && !addresses) return { guard: guardOf(proofOf(privacy)), paths: [], jobs: talks }
  const context = { publishUrl: urlOf, inletUrl, night, mask, image, rpi: gateway.rpi }
  const planned = planSource(source, addresses ? { ...context, addresses } : context)
  const { main, sub, inlet, sound } = privacy.enabled ? slates(planned, video ?? SLATE_SIZE, urlOf) : planned
  const proof = proofOf(privacy)
  const guard = guardOf(proof)
  const paths: PathSpec[] = inlet ? [{ name: inletOf(id), feed: 'inlet', publisher: inlet }] : []
  const jobs: Record<string, JobPlan> = { ...talks }
  const add = (
    stream: StreamName,
    feed: StreamPlan,
    seen: Pick<TapPlan, 'fragments' | 'frames'>,
    after: PublisherPlan['after'] = null,
    masked = mask === null || isMasked(feed, mask),
  ): void => {
    const path = pathOf(id, stream)
    const place = { stream, path }
    // A gateway that pulls takes all that the camera sends, its sound too; and it trusts no certificate of a camera.
    const plain = feed.feed === 'pull' && feed.url.startsWith('rtsp:') ? feed : null
    const own = feed.feed === 'rpi' || (gateway.pulls && plain !== null && !mask && sound)
    paths.push(
      feed.feed !== 'child' && own
        ? { ...feed, name: path }
        : { name: path, feed: 'publish', ...(guard === null ? {} : { guard }) },
    )
    const relay = (of: RelayOptions): ChildPlan | null =>
      feed.feed === 'pull' && !own ? relayRtsp(feed.url, feed.transport, urlOf(stream), { mask, ...of }) : null
    const heard = sound && stream === 'main'
    jobs[`publisher ${stream}`] = {
      ...{ job: 'publisher', ...place },
      child: feed.feed === 'child' ? feed.child : relay({ sound: heard }),
      camera: plain?.transport === 'tcp' && guard === null && !own && !heard ? plain.url : null,
      mute: heard ? relay({ deaf: true }) : null,
      input: feed.feed === 'child' ? (feed.input ?? null) : null,
      after,
      loops: feed.feed === 'child' && feed.loops === true,
      ends: feed.feed === 'child' ? (feed.ends ?? null) : null,
      refused: masked ? null : CANNOT_MASK,
      proof,
    }
    if (seen.fragments || seen.frames) {
      jobs[`tap ${stream}`] = {
        job: 'tap',
        ...place,
        guard,
        url: urlOf(stream),
        ...seen,
        sound: seen.fragments && sound,
      }
    }
  }
  // Frames come from the smallest stream there is: the main stream is then never decoded for them.
  // A slate is shown, but nobody looks at it.
  const frames = privacy.enabled ? null : FRAMES
  const small = ringWidth !== null
  add(
    'main',
    main,
    { fragments: !small, frames: sub || small ? null : frames },
    inlet ? { path: inletOf(id), missing: `nobody publishes to /${inletOf(id)} (as ${inlet.name})` } : null,
  )
  if (sub) add('sub', sub, { fragments: false, frames })
  if (ringWidth !== null) {
    // It reads what the main path gives to everybody, so that what is hidden there is hidden here.
    const child = shrink(ringWidth, urlOf('main'), urlOf('ring'), sound)
    const feed: StreamPlan = { feed: 'child', child }
    const after = { path: pathOf(id, 'main'), missing: null }
    add('ring', feed, { fragments: true, frames: sub ? null : frames }, after, true)
  }
  return { guard, paths, jobs }
}
