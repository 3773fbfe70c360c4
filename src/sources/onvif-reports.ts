// What an ONVIF camera's notifications mean: from topics and their values to things that are there or not. Pure but for
// what it remembers: a thing is there while any of the camera's rules says so.
import type { ReportedThing } from '../camera/inputs.js'
import { at, listOf } from './onvif-session.js'

export interface Reports {
  /** One NotificationMessage as agsh reads it: what has changed by it, or is told for the first time. */
  hear(message: unknown): readonly Report[]
  /** The camera is lost: what is over by that. */
  end(): readonly Report[]
}

export interface Report {
  readonly what: ReportedThing
  readonly active: boolean
}

/** By the topic without prefixes: ONVIF's own, and those that makers gave themselves. */
const TOPICS: readonly (readonly [RegExp, ReportedThing])[] = [
  [/^VideoSource\/MotionAlarm$/, 'motion'],
  [/^RuleEngine\/(CellMotionDetector|MotionRegionDetector)\/Motion$/, 'motion'],
  [/^RuleEngine\/FieldDetector\/ObjectsInside$/, 'motion'],
  [/^RuleEngine\/MyRuleDetector\/PeopleDetect$/, 'person'],
  [/^RuleEngine\/MyRuleDetector\/FaceDetect$/, 'face'],
  [/^RuleEngine\/MyRuleDetector\/VehicleDetect$/, 'vehicle'],
  [/^UserAlarm\/IVA\/HumanShapeDetect$/, 'person'],
  [/^VideoSource\/GlobalSceneChange(\/|$)/, 'tamper'],
  [/^Device\/Trigger\/(DigitalInput|AlarmIn)$/, 'digital_input'],
]

/** Items that say by their own name what they are about, whatever the topic below RuleEngine. */
const ITEMS: Readonly<Record<string, ReportedThing>> = {
  IsPeople: 'person',
  IsVehicle: 'vehicle',
  IsTamper: 'tamper',
  IsIntrusion: 'motion',
  IsLineCross: 'motion',
}

const CLASSES: Readonly<Record<string, ReportedThing>> = { Human: 'person', Face: 'face', Vehicle: 'vehicle' }

const isTrue = (value: unknown): boolean => ['true', '1', 'active', 'on'].includes(String(value).toLowerCase())

interface Item {
  readonly name: string
  readonly value: unknown
}

const itemsOf = (group: unknown): readonly Item[] =>
  listOf(at(group, 'simpleItem')).map((item) => ({
    name: String(at(item, '$', 'Name')),
    value: at(item, '$', 'Value'),
  }))

/** What one message says of each thing; nothing when it is about something else. Null: it is not there, or never will be. */
const meaning = (topic: string, items: readonly Item[]): ReadonlyMap<ReportedThing, boolean | null> => {
  const classes = items.find(({ name }) => name === 'ClassTypes')
  if (topic.endsWith('/ObjectDetection/Object') && classes) {
    const said = String(classes.value).split(/\s+/)
    return new Map(Object.entries(CLASSES).map(([name, what]) => [what, said.includes(name) || null]))
  }
  const what = TOPICS.find(([pattern]) => pattern.test(topic))?.[1]
  const value = items[0]
  if (what && value) return new Map([[what, isTrue(value.value)]])
  if (!topic.startsWith('RuleEngine/')) return new Map()
  return new Map(
    items.flatMap(({ name, value }) => {
      const named = ITEMS[name]
      return named ? [[named, isTrue(value)] as const] : []
    }),
  )
}

/** A camera that makes up rules without end is not followed there. */
const MOST_RULES = 200

export const createReports = (): Reports => {
  /** For each thing the rules that say that it is there. */
  const saying = new Map<ReportedThing, Set<string>>()
  const hear = (message: unknown): readonly Report[] => {
    const raw = at(message, 'topic')
    const topic = String(at(raw, '_') ?? raw)
      .trim()
      .split('/')
      .map((part) => part.replace(/^.*:/, ''))
      .join('/')
    const inner = at(message, 'message', 'message')
    const source = itemsOf(at(inner, 'source'))
    const rule = JSON.stringify([topic, source.map(({ name, value }) => [name, value])])
    const gone = at(inner, '$', 'PropertyOperation') === 'Deleted'
    return [...meaning(topic, itemsOf(at(inner, 'data')))].flatMap(([what, said]): Report[] => {
      const before = saying.get(what)
      if (said === null && !before) return []
      const rules = before ?? new Set()
      saying.set(what, rules)
      const was = before && before.size > 0
      if (!said || gone) rules.delete(rule)
      else if (rules.size < MOST_RULES) rules.add(rule)
      const active = rules.size > 0
      return active === was ? [] : [{ what, active }]
    })
  }
  return {
    hear,
    end: () => {
      const over = [...saying].flatMap(([what, rules]) => (rules.size > 0 ? [{ what, active: false }] : []))
      saying.clear()
      return over
    },
  }
}
