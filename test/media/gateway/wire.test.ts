import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWire, formatReply, type Request } from '../../../src/media/gateway/builtin/wire.js'

const listen = () => {
  const heard: { requests: Request[]; packets: [number, string][]; broken: [number, string][] } = {
    requests: [],
    packets: [],
    broken: [],
  }
  const feed = createWire({
    onRequest: (request) => heard.requests.push(request),
    onPacket: (channel, framed) => heard.packets.push([channel, framed.toString('hex')]),
    onBroken: (status, reason) => heard.broken.push([status, reason]),
  })
  return { heard, feed }
}

const OPTIONS = 'OPTIONS rtsp://host/porch RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: test\r\n\r\n'
const ANNOUNCE = 'ANNOUNCE rtsp://host/porch RTSP/1.0\r\ncseq:2\r\nContent-Length: 5\r\n\r\nv=0\r\n'
const PACKET = Buffer.from('2401000380c801', 'hex')

describe('the RTSP wire', () => {
  it('reads requests, bodies and packets however the bytes are cut', () => {
    const all = Buffer.concat([Buffer.from(OPTIONS), PACKET, Buffer.from(ANNOUNCE), PACKET, Buffer.from(OPTIONS)])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: all.length }), { maxLength: 20 }), (cuts) => {
        const { heard, feed } = listen()
        const places = [...new Set([0, ...cuts, all.length])].sort((a, b) => a - b)
        places.slice(1).forEach((end, index) => {
          feed(Buffer.from(all.subarray(places[index], end)))
        })
        expect(heard.requests.map(({ method, cseq, body }) => [method, cseq, body])).toEqual([
          ['OPTIONS', '1', ''],
          ['ANNOUNCE', '2', 'v=0\r\n'],
          ['OPTIONS', '1', ''],
        ])
        expect(heard.packets).toEqual([
          [1, PACKET.toString('hex')],
          [1, PACKET.toString('hex')],
        ])
        expect(heard.broken).toEqual([])
      }),
    )
  })

  it('knows header names in any case and keeps values as they are', () => {
    const { heard, feed } = listen()
    feed(Buffer.from(OPTIONS.replace('User-Agent: test', 'X-Thing:  a: b  ')))
    expect(heard.requests[0]?.headers.get('x-thing')).toBe('a: b')
  })

  it.each([
    ['a line that is no request', 'hello\r\n\r\n', 400],
    ['an HTTP request', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['another version', 'OPTIONS * RTSP/2.0\r\nCSeq: 1\r\n\r\n', 505],
    ['a header line without a colon', 'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nnonsense\r\n\r\n', 400],
    ['no CSeq', 'OPTIONS * RTSP/1.0\r\nSession: 1\r\n\r\n', 400],
    ['a CSeq that is no number', 'OPTIONS * RTSP/1.0\r\nCSeq: -1\r\n\r\n', 400],
    ['a length that is no number', 'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 1e3\r\n\r\n', 400],
    ['a body that is too long', 'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 99999999\r\n\r\n', 413],
    ['too many headers', `OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n${'A: b\r\n'.repeat(100)}\r\n`, 400],
    ['a header without an end', 'x'.repeat(17_000), 400],
  ])('gives up on %s', (_what, text, status) => {
    const { heard, feed } = listen()
    feed(Buffer.from(text))
    expect(heard.broken.map(([code]) => code)).toEqual([status])
    feed(Buffer.from(OPTIONS))
    expect(heard.requests).toEqual([])
  })

  it('lives through any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }), (chunks) => {
        const { heard, feed } = listen()
        for (const chunk of chunks) feed(Buffer.from(chunk))
        expect(heard.broken.length).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('writes replies', () => {
    const reply = { status: 401, headers: { 'WWW-Authenticate': ['Digest a', 'Basic b'] }, body: 'ü' }
    expect(formatReply(reply, '7')).toBe(
      'RTSP/1.0 401 Unauthorized\r\nCSeq: 7\r\nServer: Nightjar\r\nWWW-Authenticate: Digest a\r\nWWW-Authenticate: Basic b\r\nContent-Length: 2\r\n\r\nü',
    )
  })
})
