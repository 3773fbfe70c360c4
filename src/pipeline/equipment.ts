// The camera's hands: a picture or a piece of video is taken, stored, and told.
import type { Camera, Equipment } from '../camera/camera.js'
import type { Pictures } from '../camera/ports.js'
import type { Clock } from '../lib/clock.js'
import type { Log } from '../lib/log.js'
import { keepClip } from '../media/clip.js'
import type { Ring } from '../media/ring.js'
import type { Storage } from '../media/storage.js'

export interface EquipmentDeps {
  readonly camera: Pick<Camera, 'id' | 'learn'>
  readonly pictures: Pictures
  readonly ring: Pick<Ring, 'from'>
  readonly storage: Pick<Storage, 'begin' | 'saveSnapshot'>
  readonly clock: Clock
  readonly log: Log
}

export const createEquipment = ({ camera, pictures, ring, storage, clock, log }: EquipmentDeps): Equipment => ({
  snapshot: async ({ format, stack, at, causes }) => {
    const request = { format, ...(stack && { stack }), ...(at !== undefined && { at }) }
    const picture = await pictures.picture(camera.id, request)
    const item = await storage.saveSnapshot({ camera: camera.id, picture, ...(causes && { causes }) })
    camera.learn({ type: 'happened', event: { type: 'snapshot_taken', item } })
    return item
  },
  clip: async ({ from, to }) => {
    const picture = (at: number) => pictures.picture(camera.id, { at })
    const item = await keepClip({ camera: camera.id, ring, storage, clock, log, picture }, { from, to })
    camera.learn({ type: 'happened', event: { type: 'recording_finished', item } })
    return item
  },
})
