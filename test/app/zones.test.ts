// A zone from its door to the picture: added over HTTP, seen on the annotated picture, alone, in the state, and gone again.
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CameraState } from '../../src/camera/state.js'
import type { Zone } from '../../src/camera/zones.js'
import { type Nightjar, startNightjar, until } from '../support/nightjar.js'

let nightjar: Nightjar
beforeAll(async () => {
  nightjar = await startNightjar(['demo'])
  await until('a picture', async () => (await nightjar.get('/api/cameras/porch/snapshot.jpg')).ok)
}, 60_000)
afterAll(() => nightjar[Symbol.asyncDispose]())

const ask = (method: string, path: string, body?: unknown): Promise<Response> =>
  nightjar.get(`/api/cameras/porch/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

interface Pixels {
  readonly width: number
  readonly height: number
  /** Red, green, blue at a place in percent. */
  at(x: number, y: number): readonly [number, number, number]
}

const decode = async (jpeg: Buffer): Promise<Pixels> => {
  const { data, info } = await sharp(jpeg).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return {
    ...info,
    at: (x, y) => {
      const pixel = Math.min(info.height - 1, Math.round((y / 100) * info.height)) * info.width
      const at = (pixel + Math.min(info.width - 1, Math.round((x / 100) * info.width))) * 3
      return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0]
    },
  }
}

/** The pictures of a stream, newest first to ask for. */
const watch = async (query: string): Promise<{ newest(): Buffer | undefined; [Symbol.dispose](): void }> => {
  const stop = new AbortController()
  const response = await nightjar.get(`/api/cameras/porch/stream.mjpeg?${query}`, { signal: stop.signal })
  expect(response.status).toBe(200)
  let rest = Buffer.alloc(0)
  let newest: Buffer | undefined
  const read = async (): Promise<void> => {
    for await (const chunk of response.body ?? []) {
      rest = Buffer.concat([rest, chunk])
      for (;;) {
        const head = rest.indexOf('\r\n\r\n')
        const bytes = Number(/Content-Length: (\d+)/.exec(rest.toString('latin1', 0, Math.max(0, head)))?.[1])
        if (head < 0 || rest.length < head + 4 + bytes + 2) break
        newest = Buffer.from(rest.subarray(head + 4, head + 4 + bytes))
        rest = rest.subarray(head + 4 + bytes + 2)
      }
    }
  }
  const reading = read().catch(() => {})
  return {
    newest: () => newest,
    [Symbol.dispose]: () => {
      stop.abort()
      void reading
    },
  }
}

const MAGENTA = [255, 0, 255]
const isNear = (pixel: readonly number[], colour: readonly number[], by: number): boolean =>
  pixel.every((value, i) => Math.abs(value - (colour[i] ?? 0)) <= by)
/** Of points along the zone's edges (20..60 by 30..70), how many are magenta. */
const onEdge = (picture: Pixels): number => {
  const steps = Array.from({ length: 19 }, (_, i) => (i + 1) * 2)
  const edge = steps.flatMap((step) => [
    picture.at(20 + step, 30),
    picture.at(20 + step, 70),
    picture.at(20, 30 + step),
    picture.at(60, 30 + step),
  ])
  return edge.filter((pixel) => isNear(pixel, MAGENTA, 70)).length / edge.length
}

it('is drawn at once, isolated, told, and removed', async () => {
  using annotated = await watch('annotated=true')
  const picture = async (): Promise<Pixels | undefined> => {
    const jpeg = annotated.newest()
    return jpeg && decode(jpeg)
  }
  const before = await until('the annotated stream', picture)
  expect([before.width, before.height]).toEqual([1280, 720])
  expect(onEdge(before)).toBeLessThan(0.1)

  const zone = { name: 'Front door', color: '#ff00ff', x: 20, y: 30, width: 40, height: 40 }
  const added = await ask('POST', 'zones', zone)
  expect([added.status, await added.json()]).toEqual([201, expect.objectContaining({ id: 'front_door' })])
  await until('its outline', async () => onEdge((await picture()) ?? before) > 0.9)

  const state = await nightjar.json<CameraState>('/api/cameras/porch')
  expect(state.settings.zones.map(({ id, color }: Zone) => [id, color])).toEqual([['front_door', '#ff00ff']])
  expect((await ask('POST', 'zones', zone)).status).toBe(409)

  // The snapshot and the stream of the zone alone: black outside, the picture inside.
  const clean = await decode(Buffer.from(await (await ask('GET', 'snapshot.jpg')).arrayBuffer()))
  const snapshot = await decode(Buffer.from(await (await ask('GET', 'snapshot.jpg?zone=front_door')).arrayBuffer()))
  using alone = await watch('zone=front_door')
  const streamed = await decode(await until('the zone alone', () => alone.newest()))
  for (const isolated of [snapshot, streamed]) {
    const outside = [5, 15, 25, 65, 80, 95].flatMap((y) => [5, 17, 63, 90].map((x) => isolated.at(x, y)))
    expect(outside.filter((pixel) => !isNear(pixel, [0, 0, 0], 8))).toEqual([])
    const inside = [35, 45, 55, 65].flatMap((y) => [25, 35, 45, 55].map((x) => ({ x, y })))
    const alike = inside.filter(({ x, y }) => isNear(isolated.at(x, y), clean.at(x, y), 60))
    expect(alike.length).toBeGreaterThan(inside.length / 2)
    expect(inside.some(({ x, y }) => Math.max(...isolated.at(x, y)) > 40)).toBe(true)
  }
  const unknown = await ask('GET', 'stream.mjpeg?zone=gate')
  expect([unknown.status, ((await unknown.json()) as { error: string }).error]).toEqual([
    404,
    'porch has no zone "gate": it has front_door',
  ])

  // Its switch takes it from the picture, and back.
  await ask('PATCH', 'settings', { overlay: { zones: false } })
  await until('no outline', async () => onEdge((await picture()) ?? before) < 0.1)
  await ask('PATCH', 'settings', { overlay: { zones: true } })
  await until('its outline again', async () => onEdge((await picture()) ?? before) > 0.9)

  expect((await ask('DELETE', 'zones/front_door')).status).toBe(204)
  await until('no outline', async () => onEdge((await picture()) ?? before) < 0.1)
  await until('black where the zone was', async () => {
    const jpeg = alone.newest()
    return jpeg && isNear((await decode(jpeg)).at(40, 50), [0, 0, 0], 8)
  })
  expect((await nightjar.json<CameraState>('/api/cameras/porch')).settings.zones).toEqual([])
})
