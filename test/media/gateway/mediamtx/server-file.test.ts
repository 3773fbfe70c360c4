// The configuration of a MediaMTX that we start: nothing open that nobody asked for, and nothing that the real one, whose
// accepted configuration and answers are recorded, does not know.
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { formatServerFile } from '../../../../src/media/gateway/mediamtx/server-file.js'

const shared = resolve('..', 'shared', 'mediamtx')
const service = { name: 'service-1', password: 'secret' }
const ports = { rtsp: 8554, rtp: 20_000, api: 40_001, webrtc: 40_002 }
const off = { webrtc: false, webrtc_port: 8189, webrtc_hosts: [] }
const of = (host = '0.0.0.0', webrtc: Parameters<typeof formatServerFile>[0]['webrtc'] = off) =>
  parse(formatServerFile({ host, ports, service, webrtc })) as Record<string, unknown>

test('nobody but the service may do anything, and only from here', () => {
  const { authMethod, authInternalUsers, apiAddress, paths } = of()
  expect(authMethod).toBe('internal')
  expect(authInternalUsers).toEqual([
    { user: 'service-1', pass: 'secret', ips: ['127.0.0.1', '::1'], permissions: [{ action: 'api' }] },
  ])
  expect(apiAddress).toBe('127.0.0.1:40001')
  expect(paths).toEqual({})
})

test('RTSP with digest, and no protocol that nobody asked for', () => {
  expect(of()).toMatchObject({
    ...{ rtsp: true, rtspAuthMethods: ['basic', 'digest'], rtspAddress: ':8554' },
    ...{ rtpAddress: ':20000', rtcpAddress: ':20001' },
    ...{
      rtmp: false,
      hls: false,
      srt: false,
      moq: false,
      webrtc: false,
      metrics: false,
      pprof: false,
      playback: false,
    },
  })
  expect(of('192.168.1.5').rtspAddress).toBe('192.168.1.5:8554')
  expect(of('fd00::5').rtspAddress).toBe('[fd00::5]:8554')
})

test('WebRTC is asked for on loopback only; its video comes from where we listen', () => {
  const webrtc = { webrtc: true, webrtc_port: 8200, webrtc_hosts: ['nas.local'] }
  expect(of('0.0.0.0', webrtc)).toMatchObject({
    ...{ webrtc: true, webrtcAddress: '127.0.0.1:40002', webrtcLocalUDPAddress: ':8200' },
    webrtcAdditionalHosts: ['nas.local'],
  })
})

test.skipIf(!process.env.CI && !existsSync(shared))('every option is one that the real one has', () => {
  const recorded = JSON.parse(readFileSync(resolve(shared, 'transcript.json'), 'utf8')) as {
    request?: { path: string }
    response?: { status: number; body: Record<string, unknown> }
  }[]
  const known = recorded.find(({ request }) => request?.path === '/v3/config/global/get')?.response?.body ?? {}
  const webrtc = { webrtc: true, webrtc_port: 8200, webrtc_hosts: [] }
  const strange = Object.entries(of('0.0.0.0', webrtc)).filter(
    ([name, value]) => !['paths', 'pathDefaults'].includes(name) && typeof known[name] !== typeof value,
  )
  expect(strange).toEqual([])
})
