// The camera's hands: a picture is taken, stored, and told.
import type { Camera, Equipment } from '../camera/camera.js'
import type { Pictures } from '../camera/ports.js'
import type { Storage } from '../media/storage.js'

export interface EquipmentDeps {
  readonly camera: Pick<Camera, 'id' | 'learn'>
  readonly pictures: Pictures
  readonly storage: Pick<Storage, 'saveSnapshot'>
}

export const createEquipment = ({ camera, pictures, storage }: EquipmentDeps): Equipment => ({
  snapshot: async ({ format, stack, causes }) => {
    const picture = await pictures.picture(camera.id, { format, ...(stack && { stack }) })
    const item = await storage.saveSnapshot({ camera: camera.id, picture, ...(causes && { causes }) })
    camera.learn({ type: 'happened', event: { type: 'snapshot_taken', item } })
    return item
  },
})
