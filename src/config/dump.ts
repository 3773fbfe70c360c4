// The configuration as a person may see it: as nightjar.yaml would say it, secrets as "***". Such a text, read again,
// keeps the secrets it does not show.
import { notifiers, notifySchema } from '../adapters/notify/notify-config.js'
import { isOption, isPlain, type Plain } from '../lib/check.js'
import { redactText, redactValue } from '../lib/redact.js'
import type { Slice } from '../lib/slice.js'
import { sources } from '../sources/index.js'
import { type Config, cameraSchema, houseSchema, userSchema } from './schema.js'
import { MASK } from './secrets.js'

/** The same keys as in the file. */
const asInFile = ({ cameras, users, notify, ...house }: Config): Plain => ({
  ...house,
  cameras: cameras.map(({ settings, irCut, ...camera }) => ({
    ...{ ...camera, ...settings },
    ...(irCut ? { night: { ...settings.night, ir_cut_command: irCut } } : {}),
  })),
  users,
  notify,
})

const mask = (slice: Slice, group: Plain): Plain =>
  Object.fromEntries(
    Object.entries(group).map(([key, value]) => {
      const entry = slice[key]
      if (entry && !isOption(entry)) return [key, isPlain(value) ? mask(entry, value) : value]
      if (entry?.sensitive && value !== null && value !== '') return [key, MASK]
      return [key, redactValue(value, key)]
    }),
  )

/** What the configuration says, without its secrets. */
export const dumpConfig = (config: Config): Plain => {
  const { cameras, users, notify, ...house } = asInFile(config)
  return {
    ...mask(houseSchema, house),
    cameras: (cameras as Config['cameras']).map((camera) => {
      const { source, ...rest } = camera as unknown as Plain
      return { ...mask(cameraSchema, rest), source: mask(sources[camera.source.kind].schema, source as Plain) }
    }),
    users: (users as readonly Plain[]).map((user) => mask(userSchema, user)),
    notify: (notify as Config['notify']).map((one) =>
      mask({ ...notifySchema, ...notifiers[one.kind].schema }, one as unknown as Plain),
    ),
  }
}

/** What the file says of a camera's source, without its secrets. */
export const sourceOf = ({ cameras }: Config, id: string): Plain => {
  const source = cameras.find((camera) => camera.id === id)?.source
  return source ? mask(sources[source.kind].schema, source as unknown as Plain) : {}
}

const nameOf = (item: unknown): unknown => (isPlain(item) ? (item.id ?? item.name) : undefined)

const restore = (value: unknown, was: unknown): unknown => {
  if (value === MASK) return was ?? value
  if (typeof value === 'string') return typeof was === 'string' && value === redactText(was) ? was : value
  if (Array.isArray(value)) {
    const before = Array.isArray(was) ? was : []
    return value.map((item) =>
      restore(
        item,
        before.find((other) => nameOf(other) === nameOf(item)),
      ),
    )
  }
  if (!isPlain(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, restore(item, isPlain(was) ? was[key] : undefined)]),
  )
}

/** A parsed text with each "***" as what it stands for; cameras go by id, users by name. */
export const unmask = (value: unknown, previous: Config): unknown => restore(value, asInFile(previous))
