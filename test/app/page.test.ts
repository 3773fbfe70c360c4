// The page in a real browser: sign-in, a picture that lives, the buttons, and a recording that plays and seeks.
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CameraSettings } from '../../src/camera/settings.js'
import type { StoredItem } from '../../src/camera/stored-item.js'
import { type Nightjar, startNightjar, until } from '../support/nightjar.js'

/** The part of the browser's HTMLVideoElement that we ask; the DOM's types are the page's alone. */
interface Video {
  currentTime: number
  readonly videoWidth: number
  readonly readyState: number
  readonly duration: number
  addEventListener(type: string, heard: () => void, options: { once: boolean }): void
}

let nightjar: Nightjar
let browser: Browser
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  nightjar = await startNightjar(['demo'])
  // The made-up garden's walker must not press the record button for us.
  const change = JSON.stringify({ recording: { on: [] } })
  const headers = { 'content-type': 'application/json' }
  await nightjar.get('/api/cameras/porch/settings', { method: 'PATCH', headers, body: change })
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-sync',
      '--disable-component-update',
    ],
  })
  page = await browser.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // Asking who is signed in is answered 401 before the sign-in.
    if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text())
  })
  await page.goto(nightjar.addresses.http)
}, 60_000)
afterAll(async () => {
  await browser.close()
  await nightjar[Symbol.asyncDispose]()
})

const signIn = async (password: string): Promise<void> => {
  await page.fill('input[name=name]', 'admin')
  await page.fill('input[name=password]', password)
  await page.click('button:has-text("Sign in")')
}

it('does not let a wrong password in, and says so', async () => {
  await signIn('wrong-password')
  await page.waitForSelector('[role=alert]')
  expect(await page.locator('[role=alert]').textContent()).toMatch(/password/i)
})
it('shows living video after the sign-in', async () => {
  await signIn(nightjar.addresses.users[0]?.password ?? '')
  await page.waitForSelector('nj-live video')
  const playing = (): Promise<{ time: number; width: number }> =>
    page.locator('nj-live video').evaluate((video: Video) => ({ time: video.currentTime, width: video.videoWidth }))
  const first = await until('the first picture', async () => {
    const now = await playing()
    return now.width > 0 && now.time > 0 && now
  })
  expect(first.width).toBe(1280)
  await until('the picture to live', async () => (await playing()).time > first.time + 1)
})
it('takes a snapshot and records by its buttons', async () => {
  await page.click('nj-camera button:has-text("Snapshot")')
  await page.waitForSelector('nj-items button[aria-label^="Open snapshot"]')
  await page.click('nj-camera button:has-text("● Record")')
  await page.waitForSelector('nj-camera button:has-text("Stop recording")')
  await new Promise((resolve) => setTimeout(resolve, 3000))
  await page.click('nj-camera button:has-text("Stop recording")')
  await until('the recording to be kept', async () => {
    const items = await nightjar.json<StoredItem[]>('/api/recordings?camera=porch&kind=recording')
    return items.some(({ state }) => state === 'finished')
  })
})
it('plays a recording, and seeks in it', async () => {
  await page.locator('nj-items button[aria-label^="Open recording"]').last().click()
  const video = page.locator('nj-items dialog video')
  await video.waitFor()
  const duration = await until('its length', () =>
    video.evaluate((element: Video) => element.readyState > 1 && element.duration),
  )
  expect(duration).toBeGreaterThan(3)
  const sought = await video.evaluate(
    (element: Video, to: number) =>
      new Promise<number>((resolve) => {
        element.addEventListener('seeked', () => resolve(element.currentTime), { once: true })
        element.currentTime = to
      }),
    duration / 2,
  )
  expect(sought).toBeCloseTo(duration / 2, 1)
  await page.click('nj-items dialog button:has-text("Close")')
})
it('deletes only by a second press', async () => {
  const count = async (): Promise<number> => (await nightjar.json<StoredItem[]>('/api/recordings')).length
  const before = await count()
  await page.locator('nj-items button[aria-label^="Open snapshot"]').first().click()
  await page.click('nj-items dialog button:has-text("Delete")')
  expect(await count()).toBe(before)
  await page.click('nj-items dialog button:has-text("Press again to delete")')
  await until('the snapshot to be gone', async () => (await count()) === before - 1)
})
it('shows an admin what the doctor sees, and does nothing to the house by one press', async () => {
  await page.click('nj-house button:has-text("What is missing here?")')
  await page.waitForSelector('nj-house li:has-text("can be written")')
  const count = async (): Promise<number> => (await nightjar.json<StoredItem[]>('/api/recordings')).length
  expect(await count()).toBeGreaterThan(0)
  await page.click('nj-house button:has-text("Delete all recordings")')
  await page.waitForSelector('nj-house button:has-text("Press again")')
  expect(await count()).toBeGreaterThan(0)
  await page.click('nj-house button:has-text("Press again")')
  await until('the shelf to be empty', async () => (await count()) === 0)
  expect(await page.isDisabled('nj-house button:has-text("Restart the machine")')).toBe(true)
})
it('changes settings that are folded away', async () => {
  await page.click('nj-settings summary:has-text("Pictures")')
  await page.fill('nj-settings label:has-text("Save one every") input', '3600')
  await page.keyboard.press('Tab')
  await page.check('nj-settings label:has-text("when something is seen") input')
  await until('the settings', async () => {
    const { save, recording } = await nightjar.json<CameraSettings>('/api/cameras/porch/settings')
    return save.every_s === 3600 && recording.on.includes('sighting')
  })
})
it('had nothing to complain about', () => {
  expect(complaints).toEqual([])
})
