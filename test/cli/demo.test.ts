import { describe, expect, it } from 'vitest'
import { demoConfig } from '../../src/cli/demo.js'
import { describeAddresses } from '../../src/cli/run-house.js'

const ports = { json: false, httpPort: 8080, rtspPort: 8554, mqttPort: 1883 }

describe('the demo', () => {
  it('is one made-up camera, our own broker for this machine only, and no user of the file', async () => {
    const config = await demoConfig(ports, '/tmp/demo')
    expect(config.data).toBe('/tmp/demo')
    expect(config.cameras.map(({ id, source }) => [id, source.kind])).toEqual([['porch', 'test-pattern']])
    expect(config.mqtt).toMatchObject({ url: null, embedded: { host: '127.0.0.1', port: 1883 } })
    expect(config.users).toEqual([])
  })

  it.each([
    ['rtsp://ada:pw@cam/1', { kind: 'rtsp', url: 'rtsp://ada:pw@cam/1', sub: null }],
    ['RTSPS://cam/1', { kind: 'rtsp', url: 'RTSPS://cam/1' }],
    ['/films/a b.mp4', { kind: 'file', path: '/films/a b.mp4', loop: true }],
    ['walkers.mp4', { kind: 'file', path: `${process.cwd()}/walkers.mp4` }],
  ])('takes %s as its camera', async (source, wanted) => {
    const { cameras } = await demoConfig({ ...ports, source }, '/tmp/demo')
    expect(cameras[0]?.source).toMatchObject(wanted)
  })

  it('takes no configuration from the environment', async () => {
    process.env.NIGHTJAR_DATA = '/elsewhere'
    try {
      expect((await demoConfig(ports, '/tmp/demo')).data).toBe('/tmp/demo')
    } finally {
      delete process.env.NIGHTJAR_DATA
    }
  })
})

describe('the addresses for people', () => {
  const addresses = {
    http: 'http://127.0.0.1:8080',
    rtsp: { porch: 'rtsp://127.0.0.1:8554/porch' },
    mqtt: 'mqtt://127.0.0.1:1883',
    users: [{ name: 'admin', password: 'xyz' }],
  }

  it('are also those of the machine in its network, where the doors are open to it', () => {
    const lines = describeAddresses('Hello', addresses, { http: true, rtsp: false }, ['192.168.1.5']).split('\n')
    expect(
      lines.map((line) =>
        line
          .trim()
          .split(/\s{2,}/)
          .join(' '),
      ),
    ).toEqual([
      '',
      'Hello',
      'Page http://127.0.0.1:8080',
      'http://192.168.1.5:8080',
      'porch rtsp://127.0.0.1:8554/porch',
      'MQTT mqtt://127.0.0.1:1883',
      'Sign in admin / xyz',
      '',
    ])
  })
})
