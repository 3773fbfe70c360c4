// The configuration of telling people: what every notifier has, whatever its kind. A list: `notify: [{kind: email, …}]`.
import type { Problem } from '../../lib/check.js'
import { range, type Slice } from '../../lib/slice.js'
import { type NotifierOptions, notifiers } from './notifiers/index.js'
import type { NotifyRule } from './notify.js'

export type NotifyConfig = NotifyRule & { readonly name: string } & NotifierOptions

export { notifiers }

const checkName = (value: unknown): void => {
  if (typeof value !== 'string' || !/^[a-z0-9][a-z0-9_-]{0,31}$/.test(value))
    throw new Error('must be 1 to 32 small letters, digits, dashes and underscores')
}

const checkWords = (value: unknown): void => {
  if (!Array.isArray(value) || !value.every((word) => typeof word === 'string' && word !== ''))
    throw new Error('must be a list of words')
}

const checkTime = (value: unknown): void => {
  if (typeof value !== 'string' || !/^([01]\d|2[0-3]):[0-5]\d$/.test(value))
    throw new Error('must be a time such as "22:00"')
}

const words = (doc: string, value: readonly string[]) => ({ doc, format: checkWords, default: value })
const time = (doc: string) => ({ doc, format: checkTime, default: null, nullable: true })

/** One of `notify`, without what its kind adds. */
export const notifySchema = {
  name: {
    doc: 'Its name on the page and in addresses; its kind if left out',
    format: checkName,
    default: null,
    nullable: true,
  },
  cameras: words('Ids of the cameras it tells of; empty: all', []),
  labels: words('What it tells of when detection has found it; empty: everything that is found', ['person']),
  zones: words('Ids of zones with the use `objects`: only what stands in one of them is told; empty: anywhere', []),
  cool_down_s: {
    doc: 'Least time from one message to the next about the same label of the same camera',
    format: range(0, 86_400),
    default: 300,
    unit: 'seconds, 0–86400',
  },
  quiet: {
    from: time('Nothing is told from this time of day on ("22:00", local time)'),
    to: time('… until this one; it may be after midnight'),
  },
} as const satisfies Slice

/** What single options can't say; paths begin with `notify[…]`. */
export const notifyConflicts = (all: readonly NotifyConfig[], cameras: readonly string[]): readonly Problem[] =>
  all.flatMap(({ quiet, cameras: wanted }, index) => {
    const path = `notify[${index}]`
    const half = (quiet.from === null) !== (quiet.to === null)
    return [
      ...(half ? [{ path: `${path}.quiet`, sentence: 'needs both from and to' }] : []),
      ...wanted
        .filter((id) => !cameras.includes(id))
        .map((id) => ({ path: `${path}.cameras`, sentence: `there is no camera "${id}"` })),
    ]
  })
