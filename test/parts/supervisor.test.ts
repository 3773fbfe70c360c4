// An add-on as Home Assistant's Supervisor starts it: the whole house from options.json, the broker that Supervisor
// names (a stand-in; a real mosquitto), and the page in a real browser through an ingress as unkind as the real one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../../src/app.js'
import { loadAddonConfig } from '../../src/config/load-addon.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { createLog } from '../../src/lib/log.js'
import { type Mosquitto, startMosquitto } from '../support/mosquitto.js'
import { listen } from '../support/mqtt-listener.js'
import { until } from '../support/nightjar.js'
import {
  type FakeSupervisor,
  type IngressProxy,
  PEER,
  startFakeSupervisor,
  startIngressProxy,
  TOKEN,
} from '../support/supervisor.js'

/** As the browser has them; the DOM's types are the page's alone. */
interface Video {
  readonly currentTime: number
  readonly videoWidth: number
}
interface Image {
  readonly naturalWidth: number
  readonly src: string
}

let data: string
let supervisor: FakeSupervisor
let mosquitto: Mosquitto
let house: App
let proxy: IngressProxy
let browser: Browser

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'nightjar-addon-'))
  supervisor = await startFakeSupervisor()
  mosquitto = await startMosquitto()
  const cameras = [{ id: 'garden', name: 'Made-up garden', kind: 'test-pattern', record_on: [] }]
  writeFileSync(
    join(data, 'options.json'),
    JSON.stringify({ cameras, users: [], recordings: 'data', log_level: 'error' }),
  )
  const loaded = await loadAddonConfig({ NIGHTJAR_DATA: data, NIGHTJAR_CONFIG: join(data, 'none.yaml') })
  // Home Assistant gives every add-on an address of its own; here others listen, too.
  const config = { ...loaded, http: { ...loaded.http, port: 0 }, rtsp: { ...loaded.rtsp, port: 0 } }
  // The built one: with the page as it is served.
  const { startApp } = (await import('../../dist/app.js' as string)) as typeof import('../../src/app.js')
  house = await startApp({
    ...{ config, clock: createSystemClock(), log: createLog('error'), announce: () => {} },
    ...{ env: {}, doctor: async () => [], exit: () => {} },
    supervisor: { url: supervisor.url, token: TOKEN, peer: PEER },
  })
  proxy = await startIngressProxy(Number(new URL(house.addresses().http).port))
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
  })
})
afterAll(async () => {
  await browser?.close()
  await proxy?.[Symbol.asyncDispose]()
  await house?.[Symbol.asyncDispose]()
  await supervisor?.[Symbol.asyncDispose]()
  await mosquitto?.[Symbol.asyncDispose]()
  rmSync(data, { recursive: true, force: true })
})

const mqttHealth = async (): Promise<{ status: string; problem: string | null } | undefined> => {
  const answer = await fetch(`${proxy.url}health`)
  return ((await answer.json()) as { details: { parts: Record<string, never> } }).details.parts.mqtt
}

describe('the broker', () => {
  it('is asked for, and that there is none is told', async () => {
    expect(supervisor.asked).toContain('GET /services/mqtt')
    expect(await mqttHealth()).toEqual({
      status: 'broken',
      problem: 'Home Assistant has no MQTT broker yet: install its app "Mosquitto broker", and it is found by itself',
    })
  })

  it('is used with its name and password as soon as there is one', async () => {
    // The port as text, as the documentation has it.
    supervisor.service = {
      host: '127.0.0.1',
      port: String(mosquitto.port),
      ssl: false,
      username: 'nightjar',
      password: 'pw',
    }
    await using anna = await listen(mosquitto.url, { username: 'anna', password: 'pw' })
    await anna.until('the camera', ({ topic, text }) => topic === 'nightjar/garden/availability' && text === 'online')
    expect(await mqttHealth()).toEqual({ status: 'working', problem: null })
  })
})

describe('the page in Home Assistant', () => {
  let page: Page
  const complaints: string[] = []
  beforeAll(async () => {
    page = await browser.newPage()
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    await page.goto(proxy.url)
  })

  it('needs no sign-in, and offers no sign-out', async () => {
    await page.waitForSelector('nj-live video')
    expect(await page.locator('header .who').textContent()).toBe('ada (Home Assistant)')
    expect(await page.locator('button:has-text("Sign out")').count()).toBe(0)
  })

  it('plays live video by its WebSocket', async () => {
    const now = (): Promise<Video> =>
      page.locator('nj-live video').evaluate(({ currentTime, videoWidth }: Video) => ({ currentTime, videoWidth }))
    const first = await until('the first picture', async () => {
      const video = await now()
      return video.videoWidth === 1280 && video.currentTime > 0 && video
    })
    await until('the picture to live', async () => (await now()).currentTime > first.currentTime + 1)
  })

  it('commands', async () => {
    await page.click('nj-camera button:has-text("Snapshot")')
    await page.waitForSelector('nj-items button[aria-label^="Open snapshot"]')
  })

  it('shows pictures with boxes, although MJPEG as such does not come through', async () => {
    await page.click('nj-camera button:has-text("Marks")')
    const now = (): Promise<Image> =>
      page.locator('nj-live img').evaluate(({ naturalWidth, src }: Image) => ({ naturalWidth, src }))
    const first = await until('the first picture', async () => {
      const image = await now().catch(() => undefined)
      return image && image.naturalWidth === 1280 && image
    })
    await until('another one', async () => (await now()).src !== first.src)
    const plain = await fetch(`${proxy.url}api/cameras/garden/stream.mjpeg`, { headers: { 'accept-encoding': 'gzip' } })
    expect(plain.headers.get('content-type')).toBe('multipart/x-mixed-replace')
    await plain.body?.cancel()
  })

  it('asked for nothing outside of its prefix, and had nothing to complain about', () => {
    expect(complaints).toEqual([])
  })
})
