// What a camera tells by ONVIF events, and how: from its state to properties, each a topic with its value. Pure. The
// state is the one that MQTT tells from, so both say the same.
import type { CameraState } from '../../camera/state.js'
import { type Xml, xml } from '../../lib/xml.js'
import { SOURCE, SOURCE_CONFIG } from './profiles.js'
import { formatMoment } from './time.js'

/** What is told: a state, and what is over soon after it began. */
export interface Told {
  readonly state: CameraState
  /** The whole scene has just changed: a light, a hand before the lens. */
  readonly sceneChanged: boolean
}

export interface Topic {
  /** Below the root of topics, with prefixes where they are not tns1's. */
  readonly path: string
  /** The items that say whose it is. */
  readonly source: Readonly<Record<string, string>>
  /** The item that has the value; its type, and what it says when nothing is the matter. */
  readonly item: string
  readonly type: 'xs:boolean' | 'xs:string' | 'tt:StringList'
  readonly rest: string
  readonly doc: string
  /** Told only to who asks for it by name: clients complain in their logs about topics that they do not know. */
  readonly onRequest?: true
  /** Undefined: this camera does not tell it now. */
  show(told: Told): string | boolean | undefined
}

const VIDEO = { Source: SOURCE }
const RULE_OF = (rule: string) => ({
  VideoSourceConfigurationToken: SOURCE_CONFIG,
  VideoAnalyticsConfigurationToken: 'analytics',
  Rule: rule,
})

/** ONVIF's words for what detectors find. */
const CLASSES: Readonly<Record<string, readonly string[]>> = {
  Human: ['person'],
  Face: ['face'],
  Vehicle: ['car', 'truck', 'bus', 'motorcycle', 'bicycle', 'vehicle'],
  Animal: ['dog', 'cat', 'bird', 'horse', 'sheep', 'cow', 'bear', 'animal'],
}

const isThere = ({ objects }: CameraState, labels: readonly string[]): boolean =>
  labels.some((label) => (objects.counts[label] ?? 0) > 0)

const looksFor = ({ settings: { detection } }: CameraState, labels: readonly string[]): boolean =>
  detection.enabled && labels.some((label) => detection.labels.includes(label))

const older = (name: string, labels: readonly string[]): Topic => ({
  ...{ path: `RuleEngine/MyRuleDetector/${name}`, source: VIDEO, item: 'State', type: 'xs:boolean', rest: 'false' },
  doc: `${labels.slice(0, 2).join(', ')}${labels.length > 2 ? ', …' : ''}: for clients that do not know ObjectDetection`,
  show: ({ state }) => (looksFor(state, labels) ? isThere(state, labels) : undefined),
})

export const topics: readonly Topic[] = [
  {
    ...{ path: 'VideoSource/MotionAlarm', source: VIDEO, item: 'State', type: 'xs:boolean', rest: 'false' },
    doc: 'motion',
    show: ({ state }) => state.motion.active,
  },
  {
    ...{ path: 'RuleEngine/CellMotionDetector/Motion', source: RULE_OF('motion'), item: 'IsMotion' },
    ...{ type: 'xs:boolean', rest: 'false' },
    doc: 'motion, once more: many recorders know only this one',
    show: ({ state }) => state.motion.active,
  },
  {
    ...{ path: 'RuleEngine/ObjectDetection/Object', source: { VideoSourceToken: SOURCE, Rule: 'objects' } },
    ...{ item: 'ClassTypes', type: 'tt:StringList', rest: '' },
    doc: 'the classes of what is there: Human, Face, Vehicle, Animal; empty when nothing is',
    show: ({ state }) => {
      if (!looksFor(state, Object.values(CLASSES).flat())) return undefined
      return Object.keys(CLASSES)
        .filter((name) => isThere(state, CLASSES[name] ?? []))
        .join(' ')
    },
  },
  older('PeopleDetect', CLASSES.Human ?? []),
  older('FaceDetect', CLASSES.Face ?? []),
  older('VehicleDetect', CLASSES.Vehicle ?? []),
  older('DogCatDetect', ['dog', 'cat']),
  {
    ...{ path: 'VideoSource/ImageTooDark/ImagingService', source: VIDEO, item: 'State', type: 'xs:boolean' },
    rest: 'false',
    doc: 'the dark score is at night’s',
    show: ({ state: { light, settings } }) =>
      light.cause === 'measured' ? light.mode === 'night' : (light.dark ?? 0) >= settings.night.dark_threshold,
  },
  {
    ...{ path: 'VideoSource/GlobalSceneChange/ImagingService', source: VIDEO, item: 'State', type: 'xs:boolean' },
    rest: 'false',
    doc: 'the whole picture has changed at once (light, covered lens); for five seconds',
    show: ({ sceneChanged }) => sceneChanged,
  },
  {
    ...{ path: 'VideoSource/nj:DayNight', source: VIDEO, item: 'Mode', type: 'xs:string', rest: 'day' },
    onRequest: true,
    doc: 'day or night: our own topic, for there is no standard one; only for clients that ask for it by name',
    show: ({ state }) => state.light.mode,
  },
  {
    ...{ path: 'RecordingConfig/JobState', source: { RecordingJobToken: 'recording' }, item: 'State' },
    ...{ type: 'xs:string', rest: 'Idle' },
    doc: 'Active while it records, else Idle',
    show: ({ state }) => (state.recording.active ? 'Active' : 'Idle'),
  },
]

/** The values of all topics that the camera tells. */
export type Properties = ReadonlyMap<Topic, string>

export const propertiesOf = (told: Told): Properties =>
  new Map(
    topics.flatMap((topic) => {
      const value = topic.show(told)
      return value === undefined ? [] : [[topic, String(value)] as const]
    }),
  )

export interface Message {
  readonly topic: Topic
  readonly value: string
  readonly operation: 'Initialized' | 'Changed' | 'Deleted'
  /** Wall ms. */
  readonly at: number
}

/** What has to be told of a change. A topic that goes says first that nothing is the matter any more. */
export const messagesBetween = (before: Properties, after: Properties, at: number): readonly Message[] => [
  ...[...after].flatMap(([topic, value]): Message[] => {
    const was = before.get(topic)
    if (was === value) return []
    return [{ topic, value, operation: was === undefined ? 'Initialized' : 'Changed', at }]
  }),
  ...[...before.keys()].flatMap((topic): Message[] =>
    after.has(topic) ? [] : [{ topic, value: topic.rest, operation: 'Deleted', at }],
  ),
]

export const initialMessages = (properties: Properties, at: number): readonly Message[] =>
  [...properties].map(([topic, value]) => ({ topic, value, operation: 'Initialized', at }))

export const CONCRETE = 'http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet'

const simpleItem = (name: string, value: string): Xml => xml`<tt:SimpleItem Name="${name}" Value="${value}"/>`

/** Home Assistant compares the topic as text, prefix and all. */
export const formatMessage = ({ topic, value, operation, at }: Message): Xml => {
  const source = Object.entries(topic.source).map(([name, token]) => simpleItem(name, token))
  return xml`<wsnt:NotificationMessage><wsnt:Topic Dialect="${CONCRETE}">tns1:${topic.path}</wsnt:Topic><wsnt:Message><tt:Message UtcTime="${formatMoment(at)}" PropertyOperation="${operation}"><tt:Source>${source}</tt:Source><tt:Data>${simpleItem(topic.item, value)}</tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>`
}
