import { describe, expect, it } from 'vitest'
import { addFrame, formatSenderReport, parseSenderReport } from '../../../src/media/gateway/builtin/rtp.js'
import { createTimeline } from '../../../src/media/gateway/builtin/timeline.js'

const WALL = 1_790_000_000_000
const at = (mono: number) => ({ mono, wall: WALL + mono })
const packet = (source: number, sequence: number, time: number): Buffer => {
  const rtp = Buffer.alloc(20)
  rtp.writeUInt8(0x80, 0)
  rtp.writeUInt16BE(sequence, 2)
  rtp.writeUInt32BE(time >>> 0, 4)
  rtp.writeUInt32BE(source, 8)
  return addFrame(rtp)
}
const headers = (framed: Buffer) => [framed.readUInt16BE(6), framed.readUInt32BE(8), framed.readUInt32BE(12)]
const report = (time: number, wall: number): Buffer =>
  formatSenderReport(7, { time, wall }, { packets: 1, bytes: 1 }, 'x')

describe("a track's outgoing time", () => {
  it('goes on when the publisher is another one: one source, the next number, as much time as passed', () => {
    const line = createTimeline(90_000)
    const first = packet(1, 65_535, 0xfffffff0)
    line.stamp(first, at(0))
    const second = packet(1, 0, 0xfffffff0 + 3600)
    line.stamp(second, at(40))
    line.renew()
    const third = packet(2, 4000, 77)
    line.stamp(third, at(2040))
    const [a, b, c] = [headers(first), headers(second), headers(third)]
    expect([a[0], b[0], c[0]]).toEqual([65_535, 0, 1])
    expect(new Set([a[2], b[2], c[2]]).size).toBe(1)
    expect([b[1], c[1]]).toEqual([3584, 3584 + 180_000])
    expect(line.nextSequence).toBe(2)
  })

  it("tells the publisher's wall time in its reports, for the times that readers get", () => {
    const line = createTimeline(90_000)
    line.hear(report(1000, WALL - 500), at(0))
    line.stamp(packet(1, 1, 1000), at(0))
    const told = parseSenderReport(line.report(at(1000), 'porch') ?? Buffer.alloc(0))
    expect(told?.time).toBe(91_000)
    expect(told?.wall).toBeCloseTo(WALL + 500, 1)
    expect(line.wallOf(46_000)).toBeCloseTo(WALL, 1)
    expect(line.timeOf(WALL)).toBe(46_000)
  })

  it('does not believe a report that is about other times than those of the packets', () => {
    const line = createTimeline(90_000)
    line.hear(report(1000, WALL), at(0))
    line.stamp(packet(1, 1, 90_000 * 3600), at(0))
    const told = parseSenderReport(line.report(at(0), 'porch') ?? Buffer.alloc(0))
    expect(told?.time).toBe(90_000 * 3600)
  })
})
