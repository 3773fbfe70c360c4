// One zone added, changed or removed: the list of zones that this makes of the present one. Pure. Whether the zone is
// sound the settings judge (check-settings.ts), as for every door.
import { Failure } from '../lib/failure.js'
import type { ZoneChange } from './commands.js'
import { findZone, type Zone, type ZoneInput, zoneIdOf } from './zones.js'

/** `id` is of the zone it is about. Failure 'invalid', 'refused' (there already) or 'not-found'. */
export const changeZones = (
  camera: string,
  zones: readonly Zone[],
  change: ZoneChange,
): { readonly id: string; readonly zones: readonly ZoneInput[] } => {
  if (change.action === 'add') {
    const { zone } = change
    const id = zone.id ?? zoneIdOf(typeof zone.name === 'string' ? zone.name : '')
    if (id === '') throw new Failure('invalid', 'id: a zone needs an id, or a name with a letter or digit')
    if (zones.some((one) => one.id === id)) throw new Failure('refused', `${camera} has a zone "${id}" already`)
    return { id, zones: [...zones, { ...zone, id }] }
  }
  const { id } = change
  const found = findZone(camera, zones, id)
  if (change.action === 'remove') return { id, zones: zones.filter((one) => one !== found) }
  const { zone } = change
  if (zone.id !== undefined && zone.id !== id)
    throw new Failure('invalid', `id: the id of a zone stays (${id}); add a new one and remove this`)
  const next = change.action === 'replace' ? { ...zone, id } : { ...withoutPlace(found, zone), ...zone }
  return { id, zones: zones.map((one) => (one === found ? next : one)) }
}

/** A rectangle takes the place of the corners. */
const withoutPlace = (zone: Zone, { points, x, y, width, height }: Partial<ZoneInput>): ZoneInput => {
  const { points: old, ...rest } = zone
  const moved = points === undefined && [x, y, width, height].some((part) => part !== undefined)
  return moved ? rest : { ...rest, points: old }
}
