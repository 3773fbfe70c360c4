// A person walks through the picture: what MQTT, the shelf and the events say of it.
import { execFile } from 'node:child_process'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import mqtt from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StoredItem } from '../../src/camera/stored-item.js'
import { footage, withoutFootage } from '../support/footage.js'
import { childrenOf, type Nightjar, startNightjar, until } from '../support/nightjar.js'

const run = promisify(execFile)
const AT_MS = 50

interface Heard {
  readonly topic: string
  readonly payload: Buffer
  readonly at: number
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

describe.skipIf(withoutFootage)('a walk in the footage', () => {
  let nightjar: Nightjar
  let client: mqtt.MqttClient
  const heard: Heard[] = []
  const said = (topic: string, payload?: string): Heard | undefined =>
    heard.find(
      (one) => one.topic === `nightjar/porch/${topic}` && (payload === undefined || String(one.payload) === payload),
    )
  const events = (type: string): Record<string, unknown>[] =>
    heard
      .filter(({ topic }) => topic === 'nightjar/porch/event')
      .map(({ payload }) => JSON.parse(String(payload)))
      .filter(({ event_type }) => event_type === type)
  const video = async (id: string): Promise<string> => {
    const path = join(nightjar.data, 'downloaded.mp4')
    writeFileSync(path, Buffer.from(await (await nightjar.get(`/api/recordings/${id}/video.mp4`)).arrayBuffer()))
    return path
  }
  let pictures = 0

  beforeAll(async () => {
    nightjar = await startNightjar(['demo', '--source', footage('walkers.mp4')])
    const user = nightjar.addresses.users[0]
    client = await mqtt.connectAsync(nightjar.addresses.mqtt, {
      username: user?.name ?? '',
      password: user?.password ?? '',
    })
    client.on('message', (topic, payload) => heard.push({ topic, payload, at: Date.now() }))
    await client.subscribeAsync('nightjar/#')
    await until('motion', () => said('motion', 'OFF'))
    pictures = filesIn(nightjar.data).filter((path) => /\.(mp4|jpg|png)$/.test(path)).length
    await until('the recording to be kept', () => events('recording_finished')[0], 60_000)
  }, 90_000)
  afterAll(async () => {
    await client.endAsync()
    await nightjar[Symbol.asyncDispose]()
  })

  it('nothing was written before it', () => {
    expect(pictures).toBe(0)
  })
  it('motion goes ON and OFF, with an event each', () => {
    const on = said('motion', 'ON')
    expect(on).toBeDefined()
    expect(
      heard.some(
        ({ topic, payload, at }) =>
          topic === 'nightjar/porch/motion' && String(payload) === 'OFF' && at > (on?.at ?? 0),
      ),
    ).toBe(true)
    expect(events('motion_started')).toHaveLength(1)
    expect(events('motion_ended')).toHaveLength(1)
  })
  it('one recording began 3 s before it and ended 3 s after, as its event says', async () => {
    const [finished] = events('recording_finished')
    const [started] = events('motion_started')
    const [ended] = events('motion_ended')
    const items = await nightjar.json<StoredItem[]>('/api/recordings?camera=porch')
    const [item] = items.filter(({ kind }) => kind === 'recording')
    expect(item).toMatchObject({
      id: finished?.item,
      state: 'finished',
      causes: ['motion'],
      width: 1280,
      height: 720,
      picture: true,
    })
    const before = (Date.parse(String(started?.at)) - (item?.from ?? 0)) / 1000
    // The key frame before: the footage has one each second.
    expect(before).toBeGreaterThanOrEqual(3 - AT_MS / 1000)
    expect(before).toBeLessThan(4.2)
    expect(finished?.pre_roll_s).toBeCloseTo(before, 0)
    const after = ((item?.to ?? 0) - Date.parse(String(ended?.at))) / 1000
    expect(after).toBeGreaterThan(2.5)
    expect(after).toBeLessThan(4)
  })
  it('its file plays without a complaint and is as long as it says', async () => {
    const [finished] = events('recording_finished')
    const path = await video(String(finished?.item))
    const { stderr } = await run('ffmpeg', ['-v', 'error', '-i', path, '-f', 'null', '-'])
    expect(stderr).toBe('')
    const { stdout } = await run('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      'format=duration,start_time',
      '-of',
      'csv=p=0',
      path,
    ])
    const [start, duration] = stdout.trim().split(',').map(Number)
    expect(start).toBeLessThan(0.1)
    const length = (Date.parse(String(finished?.to)) - Date.parse(String(finished?.from))) / 1000
    expect(Math.abs((duration ?? 0) - length)).toBeLessThan(0.3)
    const seekable = await nightjar.get(`/api/recordings/${finished?.item}/video.mp4`, {
      headers: { range: 'bytes=100-199' },
    })
    expect(seekable.status).toBe(206)
    expect((await seekable.arrayBuffer()).byteLength).toBe(100)
  })
  it('its trigger picture is a JPEG of the full size', async () => {
    const [finished] = events('recording_finished')
    const picture = await nightjar.get(`/api/recordings/${finished?.item}/picture.jpg`)
    expect(picture.headers.get('content-type')).toBe('image/jpeg')
    const path = join(nightjar.data, 'downloaded.jpg')
    writeFileSync(path, Buffer.from(await picture.arrayBuffer()))
    const { stdout } = await run('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      'stream=width,height',
      '-of',
      'csv=p=0',
      path,
    ])
    expect(stdout.trim()).toBe('1280,720')
  })
  it('kill -9 in the middle of a recording loses at most the last second', async () => {
    const begun = await nightjar.json<{ active: boolean }>('/api/cameras/porch/recording', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"action":"start"}',
    })
    expect(begun).toMatchObject({ active: true })
    await new Promise((resolve) => setTimeout(resolve, 6000))
    const { data } = nightjar
    expect(childrenOf(nightjar.pid).length).toBeGreaterThan(0)
    const killed = Date.now()
    nightjar.signal('SIGKILL')
    await nightjar.exited

    await using again = await startNightjar(['demo', '--source', footage('walkers.mp4')], data)
    const item = await until('the recording to be recovered', async () => {
      const items = await again.json<StoredItem[]>('/api/recordings?camera=porch&kind=recording')
      return items.find(({ state }) => state === 'recovered')
    })
    expect(killed - (item.to ?? 0)).toBeLessThan(1500)
    const path = join(data, item.path)
    expect(statSync(path).size).toBeGreaterThan(100_000)
    const { stderr } = await run('ffmpeg', ['-v', 'error', '-i', path, '-f', 'null', '-'])
    expect(stderr).toBe('')
  })
})
