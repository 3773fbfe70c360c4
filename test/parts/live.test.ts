// The live messages in a real browser: Chromium's MediaSource plays them, sound too, and goes on after a gap.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'
import type { LiveMessage } from '../../src/camera/ports.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { liveMessages } from '../../src/media/live.js'
import { createRing } from '../../src/media/ring.js'
import { cutFilm, encode, numbered, numberOf } from '../support/streams.js'

const clock = createSystemClock()

// What the page does, with nothing but MediaSource: append in turn, play from the end of what there is.
const page = `<video muted></video><canvas></canvas><script>
const video = document.querySelector('video')
const open = new Promise((resolve) => {
  const source = new MediaSource()
  video.src = URL.createObjectURL(source)
  source.onsourceopen = () => resolve(source)
})
let buffer
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
async function append(messages) {
  const source = await open
  for (const { type, mime, data } of messages) {
    if (type === 'init' && !MediaSource.isTypeSupported(mime)) throw new Error('not supported: ' + mime)
    buffer ??= source.addSourceBuffer(mime)
    const done = new Promise((resolve, reject) => { buffer.onupdateend = resolve; buffer.onerror = () => reject(new Error('append failed')) })
    buffer.appendBuffer(bytes(data))
    await done
  }
  const ranges = []
  for (let i = 0; i < video.buffered.length; i++) ranges.push([video.buffered.start(i), video.buffered.end(i)])
  return ranges
}
async function playFrom(time) {
  video.currentTime = time
  await video.play()
  const before = video.currentTime
  while (video.currentTime < before + 0.2) await new Promise((resolve) => setTimeout(resolve, 20))
  video.pause()
}
async function pictureAt(time) {
  const seeked = new Promise((resolve) => { video.onseeked = resolve })
  video.currentTime = time
  await seeked
  const canvas = document.querySelector('canvas')
  Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight })
  const context = canvas.getContext('2d')
  context.drawImage(video, 0, 0)
  return Array.from(context.getImageData(0, canvas.height / 2, canvas.width, 1).data)
}
</script>`

test('Chromium plays picture and sound, also after a gap, at the time of the stream', async () => {
  const film = ['-f', 'lavfi', '-i', 'sine=r=16000', ...numbered(), ...encode(25), '-c:a', 'aac', '-t', '8']
  // The camera has been running for a day: times are large, as -copyts gives them.
  const items = await cutFilm([...film, '-output_ts_offset', '86400'], 1000)
  const ring = createRing({ seconds: 60, maxBytes: 50e6 })
  const end = new AbortController()
  const messages = liveMessages(ring, end.signal, { maxSeconds: 2 })
  let pending = messages.next()
  /** All that is there to be taken. */
  const drain = async (): Promise<LiveMessage[]> => {
    const taken: LiveMessage[] = []
    while (true) {
      const next = await Promise.race([pending, clock.sleep(100)])
      if (!next || next.done) return taken
      taken.push(next.value)
      pending = messages.next()
    }
  }
  const push = (from: number, to: number): void => {
    for (const item of items) if (item.fragment.mono >= 1000 + from && item.fragment.mono < 1000 + to) ring.push(item)
  }

  const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(page))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  try {
    const tab = await browser.newPage()
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const append = (list: readonly LiveMessage[]): Promise<[number, number][]> => {
      const plain = list.map((message) => ({ ...message, data: message.data.toString('base64') }))
      return tab.evaluate(`append(${JSON.stringify(plain)})`)
    }
    const numberAt = async (time: number): Promise<number> => {
      const row = await tab.evaluate<number[]>(`pictureAt(${time})`)
      return numberOf(Uint8Array.from(row), row.length / 4, 1, 4)
    }

    push(0, 2000)
    const first = await drain()
    expect(first[0]).toMatchObject({ type: 'init', mime: expect.stringMatching(/avc1\.\w+, mp4a\.40\.2/) })
    const ranges = await append(first)
    expect(ranges).toHaveLength(1)
    expect(ranges[0]?.[0]).toBeCloseTo(86400, 0)
    expect((ranges[0]?.[1] ?? 0) - (ranges[0]?.[0] ?? 0)).toBeGreaterThan(1.8)
    await tab.evaluate(`playFrom(${ranges[0]?.[0]})`)
    expect(await numberAt(86401.02)).toBe(25)

    // The viewer sleeps through more than it may: what it is given next begins at a key frame and plays.
    push(2000, 7500)
    const [, gap] = await append(await drain())
    expect(gap?.[0]).toBeGreaterThan(86404.9)
    await tab.evaluate(`playFrom(${gap?.[0]})`)
    expect(await numberAt(86407.02)).toBe(175)
    end.abort()
    expect(await pending).toEqual({ done: true, value: undefined })
  } finally {
    await browser.close()
    server.close()
  }
})
