import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGroup, squeeze } from '../../../src/media/gateway/builtin/group.js'
import { type Packet, timeBetween } from '../../../src/media/gateway/builtin/rtp.js'

const packet = (time: number, sequence = 0, bytes = 100): Packet => {
  const framed = Buffer.alloc(4 + 12 + bytes)
  framed.writeUInt16BE(sequence, 6)
  framed.writeUInt32BE(time >>> 0, 8)
  return { track: 0, framed, time: time >>> 0 }
}
const times = (packets: readonly Packet[]): number[] => packets.map(({ time }) => time)

describe('the packets since the last key frame', () => {
  it('begin with the first packet of the picture, although only a later one is known to be key', () => {
    const group = createGroup()
    group.add(packet(100, 1), false)
    expect(group.packets()).toEqual([])
    group.add(packet(200, 2), false)
    expect(group.add(packet(200, 3), true)).toBe(true)
    expect(group.add(packet(200, 4), true)).toBe(false)
    group.add(packet(300, 5), false)
    expect(group.packets().map(({ framed }) => framed.readUInt16BE(6))).toEqual([2, 3, 4, 5])
    group.add(packet(400, 6), true)
    expect(times(group.packets())).toEqual([400])
  })

  it('are let go when they are too many, until the next key frame', () => {
    const group = createGroup({ bytes: 1000, packets: 100 })
    for (let frame = 0; frame < 20; frame++) group.add(packet(frame * 100), frame === 0)
    expect(group.packets()).toEqual([])
    expect(group.overflowed).toBe(true)
    group.add(packet(5000), true)
    expect([times(group.packets()), group.overflowed]).toEqual([[5000], false])
  })
})

describe('squeezed times', () => {
  it('lie in the tenth of a second before the newest packet, without touching the packets that others share', () => {
    const packets = Array.from({ length: 100 }, (_, frame) => packet(1_000_000 + frame * 3600, frame))
    const before = Buffer.concat(packets.map(({ framed }) => framed))
    const squeezed = squeeze(packets, 90_000, 0)
    expect(squeezed[0]?.time).toBe(1_000_000 + 99 * 3600 - 9000)
    expect(squeezed.at(-1)?.time).toBe(1_000_000 + 99 * 3600)
    expect(squeezed.map(({ framed }) => framed.readUInt32BE(8))).toEqual(times(squeezed))
    expect(squeezed.map(({ framed }) => framed.readUInt16BE(6))).toEqual(packets.map((_, frame) => frame))
    expect(Buffer.concat(packets.map(({ framed }) => framed)).equals(before)).toBe(true)
  })

  it('stay as they are where the group is shorter', () => {
    const packets = [packet(0xffffff00), packet(0x00000100)]
    expect(squeeze(packets, 90_000, 0)).toBe(packets)
  })

  it('keep the order of pictures, also with B-frames, around the end of the clock, and before those to come', () => {
    // Presentation order of a stream with two B-frames, as it is sent: I0 P3 B1 B2 P6 B4 B5 …
    const sent = [0, ...Array.from({ length: 60 }, (_, n) => [3 * n + 3, 3 * n + 1, 3 * n + 2]).flat()]
    fc.assert(
      fc.property(fc.integer({ min: 12, max: sent.length - 1 }), fc.nat(0xffffffff), (joined, base) => {
        const group = createGroup()
        const all = sent.map((place) => packet(base + place * 3600))
        all.slice(0, joined).forEach((one, index) => {
          group.add(one, index === 0)
        })
        const out = [...squeeze(group.packets(), 90_000, group.reorder), ...all.slice(joined)]
        const shown = sent
          .map((place, index) => ({ place, time: out[index]?.time ?? 0 }))
          .sort((a, b) => a.place - b.place)
        shown.slice(1).forEach(({ time }, index) => {
          expect(timeBetween(time, shown[index]?.time ?? 0)).toBeGreaterThan(0)
        })
      }),
    )
  })
})
