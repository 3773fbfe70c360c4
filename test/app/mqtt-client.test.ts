// Somebody with nothing but MQTT: finds the device, sees its state, presses, switches, and reads the answers.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { listen } from '../support/mqtt-listener.js'
import { type Nightjar, startNightjar, until } from '../support/nightjar.js'

let nightjar: Nightjar
const lines: { topic: string; payload: string }[] = []
let listening: ReturnType<typeof spawn>

const login = (): string[] => {
  const { hostname, port } = new URL(nightjar.addresses.mqtt)
  const user = nightjar.addresses.users[0]
  return ['-h', hostname, '-p', port, '-u', user?.name ?? '', '-P', user?.password ?? '']
}
const publish = (topic: string, payload: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn('mosquitto_pub', [...login(), '-q', '1', '-t', topic, '-m', payload], {
      stdio: 'ignore',
    })
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`mosquitto_pub ended with ${code}`))))
  })
const last = (topic: string): string | undefined => lines.findLast((line) => line.topic === topic)?.payload
const answer = (name: string, id: string): Promise<Record<string, unknown>> =>
  until(`the answer to ${id}`, () => {
    const found = lines
      .map(({ topic, payload }) => topic === `nightjar/porch/response/${name}` && JSON.parse(payload))
      .find((one) => one?.id === id)
    return found as Record<string, unknown> | undefined
  })

beforeAll(async () => {
  nightjar = await startNightjar(['demo'])
  listening = spawn('mosquitto_sub', [...login(), '-F', '%t %x', '-t', '#'], { stdio: ['ignore', 'pipe', 'ignore'] })
  if (listening.stdout) {
    createInterface({ input: listening.stdout }).on('line', (line) => {
      const [topic = '', hex = ''] = line.split(' ')
      lines.push({ topic, payload: Buffer.from(hex, 'hex').toString() })
    })
  }
  await until('the camera to be online', () => last('nightjar/porch/connectivity') === 'ON', 30_000)
})
afterAll(async () => {
  const gone = new Promise((resolve) => listening.once('exit', resolve))
  listening.kill()
  await gone
  await nightjar[Symbol.asyncDispose]()
})

it('finds the device and everything that it offers', () => {
  const device = JSON.parse(last('homeassistant/device/nightjar_porch/config') ?? '{}')
  const ids = Object.values<{ stat_t?: string; state_topic?: string }>(device.cmps ?? device.components)
  expect(ids.length).toBeGreaterThanOrEqual(13)
  expect(last('homeassistant/device/nightjar_bridge/config')).toBeDefined()
  expect(last('nightjar/bridge/state')).toBe('online')
  expect(last('nightjar/porch/availability')).toBe('online')
})
it('sees its state', async () => {
  await until('the first look', () => last('nightjar/porch/dark_level') !== undefined)
  expect(last('nightjar/porch/motion')).toMatch(/^(ON|OFF)$/)
  expect(last('nightjar/porch/light_mode')).toMatch(/^(day|night)$/)
  expect(Number(last('nightjar/porch/dark_level'))).toBeGreaterThanOrEqual(0)
  expect(last('nightjar/porch/night_mode')).toBe('auto')
  expect(last('nightjar/porch/problem')).toBe('none')
})
it('presses the snapshot button and gets the picture', async () => {
  await publish('nightjar/porch/snapshot/set', 'PRESS')
  await until('the picture', () => lines.some(({ topic }) => topic === 'nightjar/porch/last_snapshot'))
  await publish('nightjar/porch/command/snapshot', '{"id": "a1", "format": "png"}')
  expect(await answer('snapshot', 'a1')).toMatchObject({ status: 'ok', format: 'png' })
})
it('moves every control that the device offers, and back', async () => {
  interface Control {
    readonly platform: string
    readonly state_topic: string
    readonly command_topic?: string
    readonly options?: readonly string[]
    readonly step?: number
    readonly max?: number
  }
  const other = ({ platform, options = [], step = 1, max = 100 }: Control, now: string): string => {
    if (platform === 'switch') return now === 'ON' ? 'OFF' : 'ON'
    if (platform === 'select') return options.find((option) => option !== now) ?? ''
    return String(Math.round((Number(now) + (Number(now) < max ? step : -step)) * 1e6) / 1e6)
  }
  const { components } = JSON.parse(last('homeassistant/device/nightjar_porch/config') ?? '{}')
  // Those that take the video away come last.
  const order = (id: string): number => ['privacy', 'camera'].indexOf(id)
  const controls = Object.entries<Control>(components)
    .filter(([, { command_topic }]) => command_topic)
    .sort(([one], [another]) => order(one) - order(another))
  expect(controls.length).toBeGreaterThan(25)
  const { name: username = '', password = '' } = nightjar.addresses.users[0] ?? {}
  await using hand = await listen(nightjar.addresses.mqtt, { username, password }, ['nightjar/porch/response/#'])
  for (const [id, control] of controls) {
    const topic = control.command_topic ?? ''
    if (control.platform === 'button') {
      await hand.publish(topic, 'PRESS')
      const done = await until(`${id} to be answered`, () => last(`nightjar/porch/response/${id}`))
      expect([id, JSON.parse(done).status]).toEqual([id, 'ok'])
      continue
    }
    const before = last(control.state_topic) ?? ''
    for (const value of [other(control, before), before]) {
      await hand.publish(topic, value)
      await until(`${id} to become ${value}`, () => last(control.state_topic) === value)
    }
  }
  await until('the video', () => last('nightjar/porch/connectivity') === 'ON', 30_000)
}, 90_000)
it('switches a recording on and off, and hears that it is kept', async () => {
  await publish('nightjar/porch/recording/set', 'ON')
  await until('ON', () => last('nightjar/porch/recording') === 'ON')
  await new Promise((resolve) => setTimeout(resolve, 2500))
  await publish('nightjar/porch/recording/set', 'OFF')
  await until('OFF', () => last('nightjar/porch/recording') === 'OFF')
  await until('the event', () =>
    lines.some(({ topic, payload }) => topic === 'nightjar/porch/event' && payload.includes('recording_finished')),
  )
})
it('changes a setting, and reads what is wrong with another', async () => {
  await publish('nightjar/porch/trigger_level/set', '12')
  await until('the new level', () => last('nightjar/porch/trigger_level') === '12')
  await publish('nightjar/porch/command/settings', '{"id": "a2", "motion": {"trigger_level": "high"}}')
  const refused = await answer('settings', 'a2')
  expect(refused.status).toBe('error')
  expect(refused.error).toContain('motion.trigger_level')
  expect(last('nightjar/porch/trigger_level')).toBe('12')
})
