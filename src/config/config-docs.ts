// docs/configuration.md, made from the schemas: every option with its default, its values and what it means. A test
// holds the file to it; `npm run docs` writes it.
import { notifiers, notifySchema } from '../adapters/notify/notify-config.js'
import { checkOption, isOption, join } from '../lib/check.js'
import type { Option, Slice } from '../lib/slice.js'
import { sources } from '../sources/index.js'
import { cameraSchema, houseSchema, userSchema } from './schema.js'
import { variableOf } from './secrets.js'

const INTRO = `# Configuration

Everything that can stand in \`nightjar.yaml\`. This page is made from the program's own schema (\`npm run docs\`).

- \`nightjar check-config nightjar.yaml\` lists everything that is wrong with a file, with line numbers; \`--print\` shows the
  whole configuration with all defaults, secrets as \`"***"\`.
- Durations are seconds, sizes are bytes.
- Relative paths count from the folder that the file is in.
- **Secrets** can stand in the file, in a file of their own or in the environment. Option \`password\` of \`mqtt\`: write
  \`password: …\`, or \`password_file: broker-password\`, or set \`NIGHTJAR_MQTT_PASSWORD\` (which wins). The variable's name
  is NIGHTJAR and the keys on the way, with the id of the camera or the name of the user: the address of camera \`yard\`
  is \`NIGHTJAR_CAMERAS_YARD_SOURCE_URL\`.
- \`motion\`, \`detection\`, \`night\`, \`recording\`, \`save\`, \`jpeg\`, \`overlay\`, \`privacy\` and \`zones\` of a camera
  can also be changed while Nightjar runs (page, HTTP, MQTT). What was changed there is kept in \`settings.json\` in the data folder and counts more than the file.
`

const DETECTION = 'Which things are looked for is set for each camera. Only the file can change this group.'

const MEDIAMTX = `Used where it is found, unless \`rtsp.gateway\` says otherwise. \`nightjar mediamtx pull\` fetches it.`

const LINE = 'Without this section there is no line protocol; `line: {}` is enough.'

const SYSTEM = 'What restarting and switching off the machine means here. Only the file can change this group.'

const NOTIFY = `Tells people who are elsewhere of what detection has found. Each has a \`kind\`; what is sent shows the event's own
picture, and waits (for a day at most) while the far end is away.`

const SMALLEST = `
\`\`\`yaml
cameras:
  - id: porch
    source: {kind: rtsp, url: rtsp://192.168.1.20/stream1}
\`\`\`
`

const kindOfValue = ({ format, default: value, unit }: Option): string => {
  if (Array.isArray(format)) return format.map((word) => `\`${word}\``).join(', ')
  if (format === 'Boolean') return '`true`, `false`'
  if (unit) return unit
  if (Array.isArray(value)) return 'list'
  return typeof value === 'number' || format === 'port' ? 'number' : 'text'
}

const defaultOf = (option: Option): string => {
  const { default: value } = option
  if (checkOption(option, value) !== null) return '**required**'
  return value === null || value === '' ? '' : `\`${JSON.stringify(value)}\``
}

const meaningOf = (option: Option, names: readonly string[]): string => {
  const key = names.at(-1)
  if (option.env) return `${option.doc} (or \`${option.env}\`)`
  return option.sensitive ? `${option.doc} (secret: also \`${key}_file\` or \`${variableOf(names)}\`)` : option.doc
}

const cell = (text: string): string => text.replaceAll('|', '\\|')

/** A row for each option, those of inner groups as `group.option`. */
const rows = (slice: Slice, names: readonly string[], path = ''): string[] =>
  Object.entries(slice).flatMap(([key, entry]) => {
    const here = join(path, key)
    if (!isOption(entry)) return rows(entry, [...names, key], here)
    const cells = [`\`${here}\``, defaultOf(entry), kindOfValue(entry), meaningOf(entry, [...names, key])]
    return [`| ${cells.map(cell).join(' | ')} |`]
  })

const section = (title: string, text: string, slice: Slice, names: readonly string[]): string =>
  [
    `## ${title}`,
    '',
    ...(text ? [text, ''] : []),
    '| option | default | value | meaning |',
    '|---|---|---|---|',
    ...rows(slice, names),
    '',
  ].join('\n')

export const configurationPage = (): string => {
  const { data, logging, http, rtsp, mediamtx, mqtt, onvif, line, storage, detection, system } = houseSchema
  const camera = ['cameras', 'ID']
  const kinds = Object.values(sources).map(({ kind, doc, schema }) =>
    section(`\`source: {kind: ${kind}}\``, `${doc}.`, schema, [...camera, 'source']).replace('## ', '### '),
  )
  const told = Object.values(notifiers).map(({ kind, doc, schema }) =>
    section(`\`notify: [{kind: ${kind}}]\``, `${doc}.`, schema, ['notify', 'NAME']).replace('## ', '### '),
  )
  return [
    INTRO,
    `The smallest file:\n${SMALLEST}`,
    section('The house', '', { data, logging }, []),
    section('`http`: the page and the API', '', http, ['http']),
    section('`rtsp`: the video server', '', rtsp, ['rtsp']),
    section('`mediamtx`: MediaMTX as the video server', MEDIAMTX, mediamtx, ['mediamtx']),
    section('`mqtt`: Home Assistant', 'Without this section MQTT is off.', mqtt, ['mqtt']),
    section('`onvif`: for recorders', 'Without this section ONVIF is off; `onvif: {}` is enough.', onvif, ['onvif']),
    section('`line`: for scripts and `nc`', LINE, line, ['line']),
    section('`storage`: what is kept', '', storage, ['storage']),
    section('`detection`: what looks for things', DETECTION, detection, ['detection']),
    section('`system`: the machine', SYSTEM, system, ['system']),
    section('`cameras`: a list', 'Each camera also has a `source`, see below.', cameraSchema, camera),
    '## `source` of a camera\n',
    ...kinds,
    section('`notify`: a list', NOTIFY, notifySchema, ['notify', 'NAME']),
    ...told,
    section('`users`: a list', 'Users can also be made with `nightjar users add`.', userSchema, ['users', 'NAME']),
  ].join('\n')
}
