// What strangers send to the RTSP door, of every kind: it is understood or refused, and nothing is thrown.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Failure } from '../../src/lib/failure.js'
import { findControl, parseTarget, splitTrack } from '../../src/media/gateway/builtin/address.js'
import { checkAuthorization } from '../../src/media/gateway/builtin/auth.js'
import { createGroup, squeeze } from '../../src/media/gateway/builtin/group.js'
import { lookInto } from '../../src/media/gateway/builtin/nal.js'
import { addFrame, parseSenderReport, payloadOf } from '../../src/media/gateway/builtin/rtp.js'
import { announcedSets, formatDescription, parseAnnouncement, sameTracks } from '../../src/media/gateway/builtin/sdp.js'
import { createTimeline } from '../../src/media/gateway/builtin/timeline.js'
import { parseTransport } from '../../src/media/gateway/builtin/transport.js'
import { createAnswerWire, createWire } from '../../src/media/gateway/builtin/wire.js'
import { TIMEOUT_MS, tries } from './runs.js'

const cut = (data: Buffer, at: readonly number[]): Buffer[] => {
  const places = [...new Set([0, ...at.map((one) => one % (data.length + 1)), data.length])].sort((a, b) => a - b)
  return places.slice(1).map((end, index) => Buffer.from(data.subarray(places[index], end)))
}
/** As a client is heard, or as a camera is. */
const hear = (chunks: readonly Buffer[], from: 'client' | 'camera') => {
  const heard: unknown[] = []
  let broken = 0
  const events = {
    onPacket: (channel: number, framed: Buffer) => heard.push([channel, framed.toString('hex')]),
    onBroken: (status: number) => {
      broken++
      heard.push(status)
    },
  }
  const feed =
    from === 'client'
      ? createWire({
          ...events,
          onRequest: ({ method, url, cseq, body, headers }) => heard.push([method, url, cseq, body, [...headers]]),
        })
      : createAnswerWire({
          ...events,
          onAnswer: ({ status, body, headers }) => heard.push([status, body, [...headers]]),
        })
  for (const chunk of chunks) feed(chunk)
  return { heard, broken }
}
const word = fc.stringMatching(/^[A-Za-z0-9-]{1,12}$/)
const line = fc.oneof(
  fc.tuple(word, fc.string({ maxLength: 60 })).map(([name, value]) => `${name}: ${value}`),
  fc.constantFrom('CSeq: 1', 'Content-Length: 4', 'Content-Length: -1', 'Session: 1', 'Transport: RTP/AVP/TCP', ''),
  fc.string({ maxLength: 60 }),
)
const request = fc
  .tuple(
    fc.constantFrom('OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'x', ''),
    fc.string(),
    fc.array(line, { maxLength: 8 }),
    fc.string(),
  )
  .map(([method, url, lines, body]) =>
    Buffer.from(`${method} rtsp://a/${url} RTSP/1.0\r\nCSeq: 1\r\n${lines.join('\r\n')}\r\n\r\n${body}`, 'utf8'),
  )
const answer = fc
  .tuple(fc.constantFrom('200 OK', '401', '4', 'x', ''), fc.array(line, { maxLength: 8 }), fc.string())
  .map(([status, lines, body]) => Buffer.from(`RTSP/1.0 ${status}\r\n${lines.join('\r\n')}\r\n\r\n${body}`, 'utf8'))
const packet = fc
  .tuple(fc.nat(255), fc.uint8Array({ maxLength: 60 }), fc.option(fc.nat(65_535)))
  .map(([channel, data, lie]) => {
    const framed = addFrame(data)
    framed[1] = channel
    if (lie !== null) framed.writeUInt16BE(lie, 2)
    return framed
  })
const bytes = fc
  .array(
    fc.oneof(
      request,
      answer,
      packet,
      fc.uint8Array({ maxLength: 80 }).map((data) => Buffer.from(data)),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Buffer.concat(parts))

test(
  'the wire: whatever comes, however it is cut, is heard the same, and breaks at most once',
  () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 12 }), (data, at) => {
        for (const from of ['client', 'camera'] as const) {
          const whole = hear([data], from)
          expect(hear(cut(data, at), from)).toEqual(whole)
          expect(whole.broken).toBeLessThanOrEqual(1)
        }
      }),
      tries(300),
    )
  },
  TIMEOUT_MS,
)

const sdpLine = fc.oneof(
  fc.constantFrom(
    ...['v=0', 'm=video 0 RTP/AVP 96', 'm=audio 0 RTP/AVP 97 0', 'a=rtpmap:96 H264/90000', 'a=rtpmap:97 opus/48000/2'],
    ...['a=rtpmap:96 H265/90000', 'a=fmtp:96 packetization-mode=1; sprop-parameter-sets=Z0LAH9oBQBbs,aM48gA=='],
    ...['a=fmtp:96 sprop-vps=;sprop-sps=AA', 'a=control:streamid=0', 'a=control:*', 'm=video 0 RTP/AVP', 't=0 0', 'a='],
  ),
  fc
    .tuple(fc.constantFrom('a', 'm', 'c', 'b', 'o', 's', 'z', ''), fc.string({ maxLength: 40 }))
    .map((pair) => pair.join('=')),
)

test(
  'session descriptions: read into tracks that can be told to readers and read again, or a Failure',
  () => {
    fc.assert(
      fc.property(fc.array(sdpLine, { maxLength: 14 }), (lines) => {
        const text = `${lines.join('\r\n')}\r\n`
        try {
          const tracks = parseAnnouncement(text)
          const told = formatDescription(
            'porch',
            tracks.map((track) => ({ track, sets: announcedSets(track) })),
          )
          expect(parseAnnouncement(told)).toHaveLength(tracks.length)
          expect(sameTracks(tracks, tracks)).toBe(true)
          for (const { control } of tracks) findControl(`rtsp://a/porch/${control}`, 'porch', [control])
        } catch (error) {
          expect(error).toBeInstanceOf(Failure)
        }
      }),
      tries(300),
    )
  },
  TIMEOUT_MS,
)

test(
  'addresses, transports and passwords: any text',
  () => {
    const url = fc.oneof(
      fc.string(),
      fc.string().map((path) => `rtsp://a/${path}`),
      fc.constantFrom('*', 'rtsp://', 'rtsps://a:b@c/%zz?x=/trackID=7', 'http://a/trackID=1'),
    )
    const header = fc.oneof(
      fc.string(),
      fc
        .array(fc.constantFrom('RTP/AVP', '/TCP', ';', 'interleaved=', 'client_port=', '0-1', '70000', ',', '-'), {
          maxLength: 12,
        })
        .map((all) => all.join('')),
    )
    const credentials = fc
      .tuple(fc.constantFrom('Basic ', 'Digest ', 'digest username="anna", ', ''), fc.string())
      .map((all) => all.join(''))
    fc.assert(
      fc.property(url, header, credentials, (address, transport, given) => {
        expect(parseTarget(address)?.path.startsWith('/') ?? false).toBe(false)
        splitTrack(address)
        const found = parseTransport(transport)
        if (found?.kind === 'udp') expect(Math.min(found.rtp, found.rtcp)).toBeGreaterThan(0)
        expect(checkAuthorization({ method: 'PLAY', header: given, nonce: 'n' }, () => 'a secret').ok).toBe(false)
      }),
      tries(300),
    )
  },
  TIMEOUT_MS,
)

test(
  'RTP and NAL units: any bytes; what is kept for new readers stays in its bounds and its order',
  () => {
    const limits = { bytes: 2000, packets: 40 }
    const rtp = fc.tuple(fc.uint8Array({ maxLength: 90 }), fc.boolean()).map(([data, good]) => {
      if (good && data.length >= 12) data[0] = 0x80
      return data
    })
    fc.assert(
      fc.property(fc.constantFrom('H264', 'H265', 'JPEG', 'VP8'), fc.array(rtp, { maxLength: 80 }), (codec, all) => {
        const look = lookInto(codec)
        const group = createGroup(limits)
        const timeline = createTimeline(90_000)
        for (const [at, data] of all.entries()) {
          parseSenderReport(Buffer.from(data))
          const framed = addFrame(data)
          const payload = payloadOf(framed)
          if (!payload) continue
          const time = timeline.stamp(framed, { mono: at, wall: at })
          const seen = look(payload)
          for (const [, nal] of seen.sets) expect(nal.length).toBeGreaterThan(0)
          group.add({ track: 0, framed, time }, seen.key)
          const held = group.packets()
          expect(held.length).toBeLessThanOrEqual(limits.packets)
          expect(held.reduce((sum, one) => sum + one.framed.length, 0)).toBeLessThanOrEqual(limits.bytes)
          expect(squeeze(held, 90_000, group.reorder)).toHaveLength(held.length)
        }
      }),
      tries(150),
    )
  },
  TIMEOUT_MS,
)
