import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createStreamTime } from '../../src/media/stream-time.js'

test('late arrivals do not move a picture: the least delay tells when it was seen', () => {
  const time = createStreamTime()
  // A stream 25/s that begins at 500 s of its own clock; delays 5..60 ms.
  const delays = [60, 20, 5, 44, 13, 31, 5, 50, 8, 27]
  const seen = Array.from({ length: 250 }, (_, n) => time.seen(500 + n * 0.04, 9000 + n * 40 + (delays[n % 10] ?? 0)))
  for (const [n, mono] of seen.entries()) if (n > 2) expect(Math.abs(mono - (9005 + n * 40))).toBeLessThan(1)
})

test('a frame and its fragment have one moment, whichever comes first', () => {
  const time = createStreamTime()
  for (let n = 0; n < 100; n++) {
    const arrival = 1000 + n * 40 + (n % 7)
    const fragment = time.seen(n / 25, arrival)
    expect(time.seen(n / 25 + 0.000004, arrival + 55)).toBe(fragment)
  }
})

test('a camera whose clock runs slow or fast is followed', () => {
  for (const drift of [0.9997, 1.0003]) {
    const time = createStreamTime()
    let worst = 0
    for (let n = 0; n < 25 * 3600; n++) {
      const arrival = 5000 + n * 40 + (n % 11)
      worst = Math.max(worst, Math.abs(arrival - time.seen((n * drift) / 25, arrival)))
    }
    expect(worst).toBeLessThan(30)
  }
})

test.each([
  ['forward', 5000],
  ['back', -400],
])('a stream clock that jumps %s goes on at the moment of arrival', (_name, by) => {
  const time = createStreamTime()
  for (let n = 0; n < 50; n++) time.seen(1000 + n / 25, 7000 + n * 40)
  for (let n = 50; n < 100; n++) expect(time.seen(1000 + by + n / 25, 7000 + n * 40)).toBeCloseTo(7000 + n * 40, 3)
})

test('a burst after a pause of the network keeps the order', () => {
  const time = createStreamTime()
  for (let n = 0; n < 50; n++) time.seen(n / 25, n * 40)
  // Nothing for five seconds, then all of it at once.
  const late = Array.from({ length: 125 }, (_, n) => time.seen((50 + n) / 25, 7000 + n * 0.1))
  for (const [n, mono] of late.entries()) if (n > 0) expect(mono).toBeGreaterThanOrEqual(late[n - 1] ?? 0)
  expect(time.seen(175 / 25, 7012.5)).toBeCloseTo(7000, -2)
})

test('nothing is seen after it arrived, and each picture after the one before', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 3000 }))), (steps) => {
      const time = createStreamTime()
      let [pts, arrival, before] = [0, 0, -Infinity]
      for (const [step, pause] of steps) {
        pts += step / 1000
        arrival += pause
        const mono = time.seen(pts, arrival)
        expect(mono).toBeLessThanOrEqual(arrival + 0.05 * steps.length)
        expect(mono).toBeGreaterThan(before)
        before = mono
      }
    }),
  )
})

test('sound follows the pictures', () => {
  const time = createStreamTime()
  expect(time.translate(3, 100)).toBe(100)
  time.seen(10, 2000)
  expect(time.translate(10.5, 2900)).toBe(2500)
})
