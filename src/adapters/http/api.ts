// The answers of the HTTP interface: their schemas for the documentation, their types for the page (types only). What
// the domain already defines keeps its type; a test holds the schemas against real answers.
import { type Static, type TProperties, type TSchema, Type } from 'typebox'
import type { CameraEvent, Fact, TraceEntry } from '../../camera/events.js'
import {
  type AddedCamera,
  type Finding,
  type FoundCamera,
  type GatewayFacts,
  type NotifierView,
  roles,
  type SystemAction,
  systemActions,
} from '../../camera/ports.js'
import { type CameraSettings, nightModes, recordForms } from '../../camera/settings.js'
import { type CameraState, causes } from '../../camera/state.js'
import type { StoredItem } from '../../camera/stored-item.js'
import { type Zone, zoneUses } from '../../camera/zones.js'

const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const oneOf = <const T extends string[]>(...values: T) => Type.Enum(values)
/** A schema in its own words, with a type from the domain. */
const typed = <T>(properties: TProperties, description: string) =>
  Type.Unsafe<T>(Type.Object(properties, { description }))
const time = (description: string) => Type.Number({ description: `${description}; milliseconds since 1970` })

export const RoleName = Type.Enum([...roles])

export const FailureAnswer = Type.Object(
  {
    error: Type.String({ description: 'A sentence for a person' }),
    code: Type.String({ description: 'A word for a program' }),
    problems: Type.Optional(Type.Array(Type.String(), { description: 'Every problem, as "path: sentence"' })),
  },
  { description: 'What went wrong' },
)
export type FailureAnswer = Static<typeof FailureAnswer>

const PartHealth = Type.Object({
  status: oneOf('starting', 'working', 'broken'),
  problem: orNull(Type.String()),
})
const Causes = Type.Array(Type.Enum([...causes]))
const Recording = typed<CameraState['recording']>(
  { active: Type.Boolean(), causes: Causes, since: orNull(time('Start')) },
  'Whether a recording runs, and why',
)
export const RecordingAnswer = Recording

export const ZoneAnswer = typed<Zone>(
  {
    id: Type.String(),
    name: Type.String(),
    color: Type.String({ description: '#rrggbb' }),
    use: Type.Enum([...zoneUses]),
    enabled: Type.Boolean(),
    sensitivity: Type.Number({ description: '1 as everywhere, 2 twice as sensitive; 0 to 10' }),
    points: Type.Array(Type.Array(Type.Number()), { description: 'Corners [x, y] in percent of the picture' }),
  },
  'A part of the picture',
)
export type ZoneAnswer = Static<typeof ZoneAnswer>

export const SettingsAnswer = typed<CameraSettings>(
  {
    motion: Type.Object({
      enabled: Type.Boolean(),
      trigger_level: Type.Number(),
      frames: Type.Number(),
      hold_s: Type.Number(),
    }),
    night: Type.Object({
      mode: Type.Enum([...nightModes]),
      dark_threshold: Type.Number(),
      bright_threshold: Type.Number(),
      min_dark_frames: Type.Number(),
      dwell_s: Type.Number(),
      stack_snapshots: Type.Boolean(),
    }),
    recording: Type.Object({
      before_s: Type.Number(),
      after_s: Type.Number(),
      max_s: Type.Number(),
      on: Type.Array(Type.String()),
      as: Type.Enum([...recordForms]),
      picture_every_s: Type.Number(),
    }),
    save: Type.Object({ every_s: Type.Number(), stack_at_night: Type.Number() }),
    jpeg: Type.Object({ quality: Type.Number() }),
    zones: Type.Array(ZoneAnswer),
  },
  'The settings of a camera; durations in seconds',
)
export type SettingsAnswer = Static<typeof SettingsAnswer>

export const CameraAnswer = typed<CameraState>(
  {
    id: Type.String(),
    name: Type.String(),
    source: Type.String({ description: 'The kind of its source' }),
    link: Type.Object({
      status: oneOf('starting', 'online', 'offline', 'stopped'),
      since: time('Since'),
      problem: orNull(Type.String()),
    }),
    health: Type.Record(Type.String(), PartHealth),
    motion: Type.Object({ active: Type.Boolean(), level: Type.Number(), since: orNull(time('Since')) }),
    processor: orNull(
      Type.Object(
        {
          name: Type.String({ description: 'Its file' }),
          status: oneOf('starting', 'working', 'broken'),
          problem: orNull(Type.String({ description: 'With file and line, where they are known' })),
          facts: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
        },
        { description: "The user's own module on the annotated stream" },
      ),
    ),
    light: Type.Object({
      mode: oneOf('day', 'night'),
      dark: orNull(Type.Number({ description: '0 (bright) to 255 (black)' })),
      cause: oneOf('measured', 'override'),
      since: time('Since'),
    }),
    recording: Recording,
    media: Type.Object({
      video: orNull(
        Type.Object({ codec: oneOf('h264', 'h265', 'mjpeg'), width: Type.Number(), height: Type.Number() }),
      ),
      audio: Type.Boolean(),
    }),
    last: Type.Object({
      motion: orNull(time('Last motion')),
      snapshot: orNull(Type.String()),
      recording: orNull(Type.String()),
    }),
    settings: SettingsAnswer,
  },
  'Everything that is true of a camera now',
)
export type CameraAnswer = Static<typeof CameraAnswer>

export const ItemAnswer = typed<StoredItem>(
  {
    id: Type.String(),
    camera: Type.String(),
    kind: oneOf('recording', 'snapshot'),
    from: time('First picture'),
    to: orNull(time('Last picture')),
    state: oneOf('running', 'finished', 'recovered'),
    causes: Causes,
    pre_roll_s: orNull(Type.Number({ description: 'Seconds of video before the trigger' })),
    bytes: Type.Number(),
    keep: Type.Boolean({ description: 'Protected from retention' }),
    width: orNull(Type.Number()),
    height: orNull(Type.Number()),
    format: oneOf('mp4', 'jpg', 'png'),
    path: Type.String({ description: 'Relative to the data folder' }),
    picture: Type.Boolean({ description: 'Whether picture.jpg answers' }),
  },
  'A kept recording or snapshot',
)
export type ItemAnswer = Static<typeof ItemAnswer>

export const TraceAnswer = Type.Array(
  typed<TraceEntry>(
    { at: time('When'), what: Type.String(), decision: oneOf('done', 'suppressed'), reason: Type.String() },
    'What was decided, or not, and why',
  ),
)
export type TraceAnswer = Static<typeof TraceAnswer>

/** What `/api/events` sends: `event: state` and `event: event`, each with this as its data. */
export type FactAnswer =
  | Omit<Extract<Fact, { type: 'state' }>, 'previous'>
  | (Extract<Fact, { type: 'event' }> & { readonly event: CameraEvent })

/** Text messages of the WebSocket `/api/cameras/{id}/live`. */
export type LiveText =
  | { readonly type: 'init'; readonly mime: string }
  | { readonly type: 'error'; readonly error: string }

export const AccountAnswer = Type.Object({ name: Type.String(), role: RoleName })
export type AccountAnswer = Static<typeof AccountAnswer>

export const TokenAnswer = Type.Object({
  id: Type.String(),
  user: Type.String(),
  label: Type.String(),
  role: RoleName,
  created: time('Created'),
  expires: orNull(time('Ends')),
})
export const NewTokenAnswer = Type.Intersect([TokenAnswer, Type.Object({ token: Type.String() })])
export type TokenAnswer = Static<typeof TokenAnswer>
export type NewTokenAnswer = Static<typeof NewTokenAnswer>

export const StreamPasswordAnswer = Type.Object({
  name: Type.String(),
  password: orNull(Type.String({ description: 'Opens RTSP, MJPEG and snapshots only' })),
})
export type StreamPasswordAnswer = Static<typeof StreamPasswordAnswer>

export const NotifierAnswer = typed<NotifierView>(
  {
    name: Type.String(),
    kind: Type.String(),
    to: Type.String({ description: 'Where its messages go' }),
    health: PartHealth,
    waiting: Type.Number({ description: 'Messages that were not taken yet' }),
    sent: orNull(time('Last message')),
  },
  'A way of telling people who are elsewhere',
)
export type NotifierAnswer = Static<typeof NotifierAnswer>
export const NotifyTestAnswer = Type.Object({ sentence: Type.String({ description: 'What was done' }) })
export type NotifyTestAnswer = Static<typeof NotifyTestAnswer>

export const HealthAnswer = Type.Object({
  status: Type.Literal('ok', { description: 'The process works, whatever its cameras do' }),
  details: Type.Optional(
    Type.Object(
      {
        version: Type.String(),
        uptime_s: Type.Number(),
        cameras: Type.Record(
          Type.String(),
          Type.Object({
            status: Type.String(),
            problem: orNull(Type.String()),
            viewers: Type.Object({ live: Type.Number(), mjpeg: Type.Number() }),
          }),
        ),
        gateway: orNull(Type.Unsafe<GatewayFacts>(Type.Object({ kind: Type.String(), port: Type.Number() }))),
        storage: Type.Object({
          items: Type.Number(),
          bytes: Type.Number(),
          free: orNull(Type.Number()),
          problem: orNull(Type.String()),
        }),
        parts: Type.Record(Type.String(), PartHealth),
      },
      { description: 'Only for who is signed in' },
    ),
  ),
})
export type HealthAnswer = Static<typeof HealthAnswer>

export const HouseAnswer = Type.Object({
  version: Type.String(),
  started: time('Start'),
  actions: Type.Array(
    Type.Object({
      action: Type.Unsafe<SystemAction>(Type.Enum([...systemActions])),
      refusal: orNull(Type.String({ description: 'Why it can not be done here' })),
    }),
  ),
})
export type HouseAnswer = Static<typeof HouseAnswer>

export const SystemAnswer = Type.Object({
  done: Type.Boolean(),
  sentence: Type.String(),
  confirm: Type.Optional(Type.String({ description: 'While it is not done: for the second request' })),
  within_s: Type.Optional(Type.Number()),
})
export type SystemAnswer = Static<typeof SystemAnswer>

export const SentenceAnswer = Type.Object({ sentence: Type.String() })
export type SentenceAnswer = Static<typeof SentenceAnswer>

export const DiscoverAnswer = Type.Array(
  typed<FoundCamera>(
    {
      name: Type.String(),
      model: Type.String({ description: 'What its maker calls it; may be empty' }),
      address: Type.String(),
      camera: Type.Union([Type.String(), Type.Null()], { description: 'The camera here that reads it already' }),
    },
    'A camera that answered',
  ),
)
export type DiscoverAnswer = readonly FoundCamera[]

export const AddedAnswer = typed<AddedCamera>(
  {
    id: Type.String(),
    sentence: Type.String(),
    yaml: Type.Union([Type.String(), Type.Null()], {
      description: 'Where no file could be written: the lines that are to be put among the cameras',
    }),
  },
  'What was done, and what is to be done',
)
export type AddedAnswer = AddedCamera

export const FindingsAnswer = Type.Array(
  typed<Finding>(
    {
      about: Type.String({ description: 'In a word that stays the same: ffmpeg, disk, clock' }),
      status: oneOf('ok', 'warn', 'bad'),
      what: Type.String(),
      todo: Type.Optional(Type.String()),
    },
    'What the doctor saw, and what to do about it',
  ),
)
export type FindingsAnswer = readonly Finding[]
