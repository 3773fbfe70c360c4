// The form that Home Assistant shows for the add-on, as nightjar.yaml would say it, and back: where a problem's path
// stands in the form. A camera's options are one flat group there, because Home Assistant's forms are flat; what has no
// field can stand in a nightjar.yaml beside it, which counts more than the form. Pure: the checks are load.ts's.
import { isPlain, join, type Plain, type Problem } from '../lib/check.js'
import { sources } from '../sources/index.js'

/** The add-on's part of Home Assistant's media folder: recordings show up there. */
export const MEDIA = '/media/nightjar'

interface Field {
  /** Where it stands in nightjar.yaml. */
  readonly path: string
  readonly make?: (value: unknown) => unknown
}

/** The form's fields, besides `cameras` and `users`. */
export const houseFields: Readonly<Record<string, Field>> = {
  recordings: { path: 'storage.path', make: (value) => (value === 'media' ? MEDIA : value === 'data' ? null : value) },
  keep_days: { path: 'storage.days' },
  max_gb: { path: 'storage.max_bytes', make: (value) => (typeof value === 'number' ? Math.round(value * 1e9) : value) },
  ingress_role: { path: 'http.ingress_role' },
  public_url: { path: 'http.public_url' },
  // Searches are multicast, which does not reach an add-on.
  onvif: { path: 'onvif', make: (value) => (value === true ? { discovery: false } : value || undefined) },
  mqtt_url: { path: 'mqtt.url' },
  mqtt_username: { path: 'mqtt.username' },
  mqtt_password: { path: 'mqtt.password' },
  mqtt_base: { path: 'mqtt.base' },
  mqtt_discovery_prefix: { path: 'mqtt.discovery_prefix' },
  line_token: { path: 'line.token' },
  log_level: { path: 'logging.level' },
}

/** Those of a camera that are not its source's. */
export const cameraFields: Readonly<Record<string, Field>> = {
  id: { path: 'id' },
  name: { path: 'name' },
  detection: { path: 'detection.enabled' },
  trigger_level: { path: 'motion.trigger_level' },
  record_on: { path: 'recording.on' },
  record_before_s: { path: 'recording.before_s' },
  record_after_s: { path: 'recording.after_s' },
  ring_s: { path: 'ring.seconds' },
}

/** Ports and folders are in the add-on's manifest: nightjar.yaml can't move them. */
const FIXED = ['data', 'http.host', 'http.port', 'http.prefix', 'rtsp.host', 'rtsp.port', 'line.port'] as const

export interface AddonValues {
  /** What nightjar.yaml would say. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** Whose a path of `value` is, and what it is called there. */
  placeOf(path: string): { readonly in: 'form' | 'file'; readonly path: string }
}

/** `file`: what stands in the nightjar.yaml beside the form; null without one. */
export const addonValues = (options: unknown, file: Plain | null): AddonValues => {
  if (!isPlain(options)) return { value: options, problems: [], placeOf: (path) => ({ in: 'form', path }) }
  const form = valuesOfForm(options)
  const own: Plain = file ?? {}
  const lists = ['cameras', 'users'].filter((key) => Array.isArray(form[key]) && Array.isArray(own[key]))
  const value: Record<string, unknown> = { ...fill(own, form) }
  for (const key of lists) value[key] = [...(form[key] as unknown[]), ...(own[key] as unknown[])]
  if (!isPlain(value.mqtt) || !(given(value.mqtt.url) || isPlain(value.mqtt.embedded)))
    value.mqtt = { ...(isPlain(value.mqtt) ? value.mqtt : {}), supervisor: true }
  // Nobody calls from the add-on's own machine: whoever says a token wants to be called from others.
  if (isPlain(value.line) && (given(value.line.token) || given(value.line.token_file)) && !given(value.line.host))
    value.line = { ...value.line, host: '0.0.0.0' }
  return {
    value,
    problems: FIXED.filter((path) => at(own, path) !== undefined).map((path) => ({
      path,
      sentence: "is Home Assistant's to say in an add-on: leave it out",
    })),
    placeOf: (path) => {
      const [, list = '', index = '', rest = ''] = /^(\w+)\[(\d+)\](.*)$/.exec(path) ?? []
      if (lists.includes(list)) {
        const before = (form[list] as unknown[]).length
        if (Number(index) >= before) return { in: 'file', path: `${list}[${Number(index) - before}]${rest}` }
      } else if (at(own, path) !== undefined) return { in: 'file', path }
      return { in: 'form', path: formPath(path) }
    },
  }
}

const valuesOfForm = ({ cameras, users, ...house }: Plain): Plain => {
  const result: Record<string, unknown> = place(house, houseFields, '')
  if (cameras !== undefined) result.cameras = Array.isArray(cameras) ? cameras.map(cameraOfForm) : cameras
  if (users !== undefined) result.users = Array.isArray(users) ? users.map(withoutBlanks) : users
  return result
}

const cameraOfForm = (camera: unknown): unknown =>
  isPlain(camera) ? place(withLogin(camera), cameraFields, 'source') : camera

/** Each value at its path; what has no field goes below `others`. Blank fields were not filled in. */
const place = (group: Plain, fields: Readonly<Record<string, Field>>, others: string): Record<string, unknown> => {
  const found = Object.entries(group).flatMap(([key, value]) => {
    if (!given(value)) return []
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined
    const [first = '', second] = field ? field.path.split('.') : others ? [others, key] : [key]
    const made = field?.make ? field.make(value) : value
    return made === undefined ? [] : [{ first, second, value: made }]
  })
  // fromEntries: a field called __proto__ is a field like any other.
  const below = (name: string): Plain =>
    Object.fromEntries(
      found.flatMap(({ first, second, value }) => (first === name && second !== undefined ? [[second, value]] : [])),
    )
  return Object.fromEntries(
    found.map(({ first, second, value }) => [first, second === undefined ? value : below(first)] as const),
  )
}

const given = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

const withoutBlanks = (group: unknown): unknown =>
  isPlain(group) ? Object.fromEntries(Object.entries(group).filter(([, value]) => given(value))) : group

/** Name and password go into the addresses of a kind that has no fields of its own for them. */
const withLogin = ({ username, password, ...camera }: Plain): Plain => {
  const kind = typeof camera.kind === 'string' && Object.hasOwn(sources, camera.kind) ? camera.kind : undefined
  const schema: Plain = kind ? sources[kind as keyof typeof sources].schema : {}
  if (!given(username) || 'username' in schema || !('url' in schema)) return { ...camera, username, password }
  const added = Object.entries(camera).map(([key, value]) => {
    if ((key !== 'url' && key !== 'sub') || typeof value !== 'string' || !URL.canParse(value)) return [key, value]
    const url = new URL(value)
    url.username = encodeURIComponent(String(username))
    url.password = encodeURIComponent(given(password) ? String(password) : '')
    return [key, url.href]
  })
  return Object.fromEntries(added)
}

/** The file's values, and the form's where the file has none. */
const fill = (file: Plain, form: Plain): Plain => {
  const both = new Set([...Object.keys(form), ...Object.keys(file)])
  return Object.fromEntries(
    [...both].map((key) => {
      const [one, other] = [file[key], form[key]]
      if (isPlain(one) && isPlain(other)) return [key, fill(one, other)]
      return [key, one === undefined || one === null ? other : one]
    }),
  )
}

const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((group, key) => (isPlain(group) && Object.hasOwn(group, key) ? group[key] : undefined), value)

const formPath = (path: string): string => {
  const [, camera, rest] = /^(cameras\[\d+\])\.(.*)$/.exec(path) ?? []
  const [fields, before, inner] = camera ? [cameraFields, camera, rest ?? ''] : [houseFields, '', path]
  const found = Object.entries(fields).find(([, { path }]) => inner === path || inner.startsWith(`${path}[`))
  if (found) return join(before, found[0])
  if (!camera) return path
  return join(before, inner === 'source' ? 'kind' : inner.replace(/^source\./, ''))
}
