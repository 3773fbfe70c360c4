import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createForecast } from '../../../src/media/gateway/builtin/prompt.js'
import { timeBetween } from '../../../src/media/gateway/builtin/rtp.js'

const tell = (times: readonly number[]): (number | undefined)[] => times.map(createForecast())

it('knows the next time of a steady stream from its second picture on, also where the times begin anew', () => {
  expect(tell([0, 3600, 7200])).toEqual([1, 7200, 10_800])
  expect(tell([0xffff_fff0, 0xe00, 0x1c10])).toEqual([0xffff_fff1, 0x1c10, 0x2a20])
})

it('is not led astray by one gap, and follows another rate after two pictures', () => {
  expect(tell([0, 10, 20, 60, 70, 80]).slice(2)).toEqual([30, 70, 80, 90])
  expect(tell([0, 10, 20, 70, 120, 170]).slice(3)).toEqual([80, 170, 220])
})

it('gives up where a picture has an earlier time than the one before', () => {
  expect(tell([0, 10, 40, 20, 30, 80])).toEqual([1, 20, 50, undefined, undefined, undefined])
})

it('never goes back', () => {
  fc.assert(
    fc.property(fc.nat(0xffff_ffff), fc.array(fc.nat(200_000), { maxLength: 40 }), (start, steps) => {
      let time = start
      const told = tell(steps.map((step) => (time = (time + step) >>> 0)))
      for (const [i, one] of told.entries())
        if (i > 0) expect(timeBetween(one ?? 0, told[i - 1] ?? 0)).toBeGreaterThan(0)
    }),
  )
})
