// What may stay on the shelf: the options, and the pure decision which items go. Removing them is storage's.
import type { StoredItem } from '../camera/stored-item.js'
import { range, type Slice } from '../lib/slice.js'

export interface StorageConfig {
  /** 0: for ever. */
  readonly days: number
  /** 0: no limit. */
  readonly max_bytes: number
  readonly min_free_bytes: number
}

export const storageSchema = {
  path: {
    doc: 'Folder for recordings and snapshots, if not the data folder',
    format: 'String',
    default: null,
    nullable: true,
  },
  days: {
    doc: 'Days that recordings and snapshots are kept; 0 keeps them until space is needed',
    format: range(0, 3650),
    default: 14,
    unit: 'days, 0–3650',
  },
  max_bytes: {
    doc: 'Space that recordings and snapshots of all cameras may take together, the oldest go first; 0 sets no limit',
    format: range(0, Number.MAX_SAFE_INTEGER, true),
    default: 0,
    unit: 'bytes',
  },
  min_free_bytes: {
    doc: 'Space left free on the disk: the oldest items go, and if that is not enough nothing more is stored',
    format: range(0, Number.MAX_SAFE_INTEGER, true),
    default: 500_000_000,
    unit: 'bytes',
  },
} as const satisfies Slice

export interface RetentionFacts {
  readonly limits: StorageConfig
  /** Wall ms. */
  readonly now: number
  /** How long the wall clock has gone without a step, ms. */
  readonly steadyFor: number
  /** Bytes of all items. */
  readonly used: number
  /** Free bytes of the disk; null when it can't be read. */
  readonly free: number | null
}

export interface Removal {
  readonly item: StoredItem
  readonly reason: 'age' | 'size' | 'free space'
}

const DAY = 86_400_000
const STEADY = 600_000

/**
 * Which of these items go; they come oldest first. Age and size wait until the clock is believed; a full disk can't
 * wait, or nothing new would be kept.
 */
export const planRetention = (
  items: readonly StoredItem[],
  { limits, now, steadyFor, used, free }: RetentionFacts,
): Removal[] => {
  const steady = steadyFor >= STEADY
  let over = limits.max_bytes > 0 ? used - limits.max_bytes : 0
  let missing = free === null ? 0 : limits.min_free_bytes - free
  const reasonFor = (item: StoredItem): Removal['reason'] | null => {
    if (missing > 0) return 'free space'
    if (steady && limits.days > 0 && (item.to ?? item.from) < now - limits.days * DAY) return 'age'
    if (steady && over > 0) return 'size'
    return null
  }
  const removals: Removal[] = []
  for (const item of items) {
    if (item.keep || item.state === 'running') continue
    const reason = reasonFor(item)
    if (!reason) continue
    removals.push({ item, reason })
    over -= item.bytes
    missing -= item.bytes
  }
  return removals
}
