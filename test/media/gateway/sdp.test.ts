import { describe, expect, it } from 'vitest'
import {
  announcedSets,
  formatDescription,
  parseAnnouncement,
  sameTracks,
} from '../../../src/media/gateway/builtin/sdp.js'

const FFMPEG = [
  'v=0',
  'o=- 0 0 IN IP4 127.0.0.1',
  's=No Name',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'a=tool:libavformat 59.27.100',
  'm=video 0 RTP/AVP 96',
  'b=AS:1000',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1; sprop-parameter-sets=Z0LAH9oBQBbs,aM48gA==; profile-level-id=42C01F',
  'a=control:streamid=0',
  'm=audio 0 RTP/AVP 97',
  'a=rtpmap:97 MPEG4-GENERIC/48000/2',
  'a=fmtp:97 profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3; config=119056E500',
  'a=control:streamid=1',
  '',
].join('\r\n')
const video = (lines: string): string => `v=0\r\no=- 0 0 IN IP4 1.1.1.1\r\ns=x\r\nt=0 0\r\n${lines}\r\n`

describe('session descriptions', () => {
  it("reads ffmpeg's announcement", () => {
    const [picture, sound] = parseAnnouncement(FFMPEG)
    expect(picture).toMatchObject({ type: 'video', codec: 'H264', rate: 90000, payload: 96, control: 'streamid=0' })
    expect(sound).toMatchObject({
      type: 'audio',
      codec: 'MPEG4-GENERIC',
      rate: 48000,
      encoding: 'MPEG4-GENERIC/48000/2',
    })
    expect(announcedSets(parseAnnouncement(FFMPEG)[0] ?? raise())).toEqual({
      sps: Buffer.from('Z0LAH9oBQBbs', 'base64'),
      pps: Buffer.from('aM48gA==', 'base64'),
    })
  })

  it('knows payload types that need no rtpmap', () => {
    const [jpeg, pcm] = parseAnnouncement(video('m=video 0 RTP/AVP 26\r\nm=audio 0 RTP/AVP 8'))
    expect([jpeg?.codec, jpeg?.rate, pcm?.codec, pcm?.rate]).toEqual(['JPEG', 90000, 'PCMA', 8000])
  })

  it.each([
    ['no track', ''],
    ['a track without a codec', 'm=video 0 RTP/AVP 96'],
    ['a track that is no medium', 'm=message 0 RTP/AVP 96\r\na=rtpmap:96 X/1'],
    ['too many tracks', Array(20).fill('m=audio 0 RTP/AVP 0').join('\r\n')],
  ])('refuses %s', (_what, lines) => {
    expect(() => parseAnnouncement(video(lines))).toThrow(/track/)
  })

  it('tells readers the codecs as announced, with controls of its own', () => {
    const tracks = parseAnnouncement(FFMPEG)
    const text = formatDescription(
      'porch',
      tracks.map((track) => ({ track, sets: announcedSets(track) })),
    )
    expect(text).toContain('a=rtpmap:97 MPEG4-GENERIC/48000/2\r\n')
    expect(text).toContain('config=119056E500')
    expect(text).toContain('sprop-parameter-sets=Z0LAH9oBQBbs,aM48gA==')
    expect(text.match(/a=control:.*/g)).toEqual(['a=control:*', 'a=control:trackID=0', 'a=control:trackID=1'])
    const again = parseAnnouncement(text)
    expect(sameTracks(again, tracks)).toBe(true)
  })

  it('writes parameter sets that were seen in the stream', () => {
    const [h264, h265] = parseAnnouncement(
      video('m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\nm=video 0 RTP/AVP 97\r\na=rtpmap:97 H265/90000'),
    )
    const [sps, pps, vps] = [Buffer.from('6764001fac', 'hex'), Buffer.from('68ee', 'hex'), Buffer.from('4001', 'hex')]
    const text = formatDescription('a', [
      { track: h264 ?? raise(), sets: { sps, pps } },
      { track: h265 ?? raise(), sets: { vps, sps, pps } },
    ])
    expect(text).toContain(
      'a=fmtp:96 packetization-mode=1; sprop-parameter-sets=Z2QAH6w=,aO4=; profile-level-id=64001F',
    )
    expect(text).toContain('a=fmtp:97 sprop-vps=QAE=; sprop-sps=Z2QAH6w=; sprop-pps=aO4=')
  })

  it('sees when a reader has to be told anew', () => {
    const tracks = parseAnnouncement(FFMPEG)
    expect(sameTracks(tracks, parseAnnouncement(FFMPEG.replace('streamid=0', 'x')))).toBe(true)
    expect(sameTracks(tracks, parseAnnouncement(FFMPEG.replace('Z0LAH9oBQBbs', 'Z0LAH9oBQBbt')))).toBe(false)
    expect(sameTracks(tracks, parseAnnouncement(FFMPEG.replace('48000/2', '44100/2')))).toBe(false)
  })
})

const raise = (): never => {
  throw new Error('no track')
}
