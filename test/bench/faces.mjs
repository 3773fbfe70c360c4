// What faces with boxes in an MJPEG stream (720p25, one viewer, a look at every 5th picture) cost: our whole house, which
// watches for motion and holds its ring all the while, and the Python program that does only this.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ancestorIsHere, startAncestor } from './ancestor.mjs'
import { measure, measureHouse, settle, startHouse } from './house.mjs'
import { openViewers } from './viewers.mjs'

const CAMERA = 'door'
const MODELS = resolve('../shared/models')

/** @param {import('./bench.mjs').Bench} bench @returns {Promise<import('./bench.mjs').Group>} */
export const startFaces = async ({ film, folder, seconds }) => {
  const camera = {
    id: CAMERA,
    source: { kind: 'file', path: film },
    recording: { on: [] },
    // Of ten pictures a second every other one.
    detection: { enabled: true, labels: ['face'], interval: 2 },
  }
  const models = existsSync(MODELS) ? { detection: { models_path: MODELS } } : {}
  const house = await startHouse(join(folder, CAMERA), { cameras: [camera], ...models })
  const seen = async (/** @type {URL} */ url, /** @type {() => Promise<any>} */ work) => {
    const viewers = openViewers(url, house.auth, 1)
    await settle()
    viewers.take()
    const result = await work()
    const taken = viewers.take()
    viewers.close()
    return { ...result, viewers: taken }
  }
  const ours = () =>
    seen(new URL(`/api/cameras/${CAMERA}/stream.mjpeg?annotated=true`, house.http), () => measureHouse(house, seconds))
  const ancestor = async () => {
    const beside = await startAncestor(house.stream(CAMERA))
    try {
      return await seen(beside.url, () => measure(beside.pid, seconds))
    } finally {
      await beside.stop()
    }
  }
  return {
    ready: house.online,
    phases: { 'faces: ours': ours, ...(ancestorIsHere() ? { 'faces: ancestor': ancestor } : {}) },
    stop: house.stop,
  }
}
