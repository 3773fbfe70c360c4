// MediaMTX as the gateway, as a real program: video through it, who may see it, and what happens when it dies.
import { mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { startChild } from '../../src/lib/process.js'
import { openPublisher, splitUrl } from '../media/gateway/rtsp-client.js'
import { mediamtxProgram, whichMediamtx } from '../support/mediamtx.js'
import { type MediamtxHouse, programs, sees, startMediamtxHouse, waitFor } from '../support/mediamtx-house.js'
import { encode } from '../support/streams.js'

const GUARD = 'the mask'
let house: MediamtxHouse

afterEach(async () => {
  await house[Symbol.asyncDispose]()
  expect(programs()).toEqual([])
})

const start = async (...how: Parameters<typeof startMediamtxHouse>) => {
  house = await startMediamtxHouse(...how)
  const port = (): number => house.gateway.facts().port
  return { ...house, port, anna: () => `anna:${house.passwords.get('anna')}` }
}

describe(`with ${whichMediamtx}`, () => {
  test('video goes through it, to whoever has a stream password; what it tells is told', async () => {
    const { gateway, path, works, publish, read, told, data, anna } = await start()
    await gateway.apply([{ name: 'porch', feed: 'publish' }])
    await works()
    await publish()
    await waitFor(() => path()?.online)
    expect(told).toEqual(['porch on'])
    const reader = await read(anna())
    await sees(reader)
    expect(await read('anna:wrong')).toBeUndefined()
    expect(await read('otto:annas-password')).toBeUndefined()
    expect(await read(anna(), 'elsewhere')).toBeUndefined()
    await waitFor(() => path()?.readers === 1 && (path()?.bytesOut ?? 0) > 0)
    expect(path()).toMatchObject({ protocols: { rtsp: 1 }, errors: 0, dropped: 0 })
    expect(path()?.bytesIn).toBeGreaterThan(1000)
    expect(gateway.facts()).toMatchObject({ kind: 'mediamtx', version: expect.stringMatching(/^v1\./), problem: null })
    // Its configuration is for nobody else's eyes, and holds no person's password.
    const file = join(data, 'run', 'mediamtx.yml')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readFile(file, 'utf8')).not.toContain('annas-password')
    await gateway.apply([])
    await reader?.closed
    await waitFor(() => told.includes('porch off'))
  })

  test('a guarded path is closed until its video is admitted, for people and for our own taps', async () => {
    const { gateway, path, works, publish, read, told, port, anna } = await start()
    await gateway.apply([{ name: 'porch', feed: 'publish', guard: GUARD }])
    await works()
    const first = await publish()
    await waitFor(() => (path()?.bytesIn ?? 0) > 0)
    const { user: service } = splitUrl(gateway.serviceUrl('porch'))
    const { user: proof } = splitUrl(gateway.proofUrl('porch'))
    expect(await read(anna())).toBeUndefined()
    expect(await read(service)).toBeUndefined()
    await sees(await read(proof))
    expect(path()?.online).toBe(false)
    gateway.admit('porch', 'another mask')
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(await read(anna())).toBeUndefined()

    gateway.admit('porch', GUARD)
    await waitFor(() => path()?.online)
    expect(told).toEqual(['porch on'])
    const reader = await read(anna())
    await sees(reader)
    // Nobody takes the place of what was proven.
    await expect(openPublisher(port(), gateway.serviceUrl('porch'))).rejects.toThrow()
    expect(reader?.isClosed()).toBe(false)

    first[Symbol.dispose]()
    await reader?.closed
    await waitFor(() => told.at(-1) === 'porch off')
    await vi.waitFor(() => publish(), { timeout: 5000, interval: 200 })
    await waitFor(() => (path()?.bytesIn ?? 0) > 0)
    expect(await read(anna())).toBeUndefined()
    expect(told).toEqual(['porch on', 'porch off'])
  })

  test('another guard ends publisher and readers before it is applied', async () => {
    const { gateway, path, works, publish, read, told, anna } = await start()
    await gateway.apply([{ name: 'porch', feed: 'publish' }])
    await works()
    const publisher = await publish()
    await waitFor(() => path()?.online)
    const reader = await read(anna())
    await sees(reader)
    const done = gateway.apply([{ name: 'porch', feed: 'publish', guard: GUARD }])
    expect(path()?.online).toBe(false)
    expect(told).toEqual(['porch on', 'porch off'])
    await done
    await Promise.all([publisher.client.closed, reader?.closed])
    await publish()
    await waitFor(() => (path()?.bytesIn ?? 0) > 0)
    expect(await read(anna())).toBeUndefined()
  })

  test('one that is killed comes back with all its paths', async () => {
    const { gateway, path, works, publish, read, health, anna } = await start()
    await gateway.apply([
      { name: 'porch', feed: 'publish', guard: GUARD },
      { name: 'yard', feed: 'publish' },
    ])
    await works()
    await publish()
    await waitFor(() => (path()?.bytesIn ?? 0) > 0)
    gateway.admit('porch', GUARD)
    await waitFor(() => path()?.online)
    const [pid = 0, ...others] = programs()
    expect(others).toEqual([])
    process.kill(pid, 'SIGKILL')
    await waitFor(() => health.at(-1)?.problem === 'MediaMTX was ended by SIGKILL')
    expect(path()?.online).toBe(false)
    expect(gateway.facts().problem).toBe('MediaMTX was ended by SIGKILL')
    await works()
    await publish()
    await publish(gateway.serviceUrl('yard'))
    await waitFor(() => path('yard')?.online)
    await sees(await read(anna(), 'yard'))
    // What was proven before is proven no more.
    expect(path()?.online).toBe(false)
    expect(await read(anna())).toBeUndefined()
  })

  test('who gets a new stream password is let go of, and comes in with the new one', async () => {
    const { gateway, path, works, publish, read, passwords, anna } = await start()
    passwords.set('otto', 'ottos-password')
    await gateway.apply([{ name: 'porch', feed: 'publish' }])
    await works()
    await publish()
    await waitFor(() => path()?.online)
    const [annas, ottos] = [await read(anna()), await read('otto:ottos-password')]
    await sees(annas)
    await sees(ottos)
    const old = anna()
    passwords.set('anna', 'new-password')
    await annas?.closed
    expect(await read(old)).toBeUndefined()
    await sees(await read(anna()))
    passwords.delete('otto')
    await ottos?.closed
    expect(await read('otto:ottos-password')).toBeUndefined()
  })

  test('it pulls a camera by itself, and says what is wrong with one', async () => {
    const { gateway, path, works, read, anna } = await start()
    await gateway.apply([{ name: 'porch', feed: 'publish' }])
    await works()
    const source = gateway.serviceUrl('porch')
    const paths = [
      { name: 'porch', feed: 'publish' },
      { name: 'yard', feed: 'pull', url: source, transport: 'tcp' },
      { name: 'shed', feed: 'pull', url: 'rtsp://127.0.0.1:9/none', transport: 'tcp' },
    ] as const
    const film = ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25', ...encode(), '-f', 'rtsp']
    await using camera = startChild({ name: 'camera', command: 'ffmpeg', args: ['-v', 'error', ...film, source] })
    camera.stdout.resume()
    await waitFor(() => path()?.online)
    await gateway.apply(paths)
    await waitFor(() => path('yard')?.online)
    await sees(await read(anna(), 'yard'))
    await waitFor(() => path('shed')?.problem)
    expect(path('shed')?.problem).toMatch(/refused/i)
  })

  test('an inlet is for its guest alone, and for us', async () => {
    const { gateway, path, works, publish, read, port, anna } = await start()
    const publisher = { name: 'drone', password: 'drones-password' }
    await gateway.apply([{ name: 'porch_in', feed: 'inlet', publisher }])
    await works()
    await expect(openPublisher(port(), gateway.serviceUrl('porch_in'))).rejects.toThrow()
    await publish(`rtsp://drone:drones-password@127.0.0.1:${port()}/porch_in`)
    await waitFor(() => path('porch_in')?.online)
    const { user: service } = splitUrl(gateway.serviceUrl('porch_in'))
    await sees(await read(service, 'porch_in'))
    expect(await read(anna(), 'porch_in')).toBeUndefined()
    expect(await read('drone:drones-password', 'porch_in')).toBeUndefined()
  })

  test('without the program it says so, and begins once it is there', async () => {
    const place = join(await mkdtemp(join(tmpdir(), 'nightjar-no-mediamtx-')), 'mediamtx')
    const { gateway, path, works, health } = await start({ path: place })
    await gateway.apply([{ name: 'porch', feed: 'publish' }])
    await waitFor(() => health.at(-1)?.status === 'broken')
    expect(health.at(-1)?.problem).toBe(
      `mediamtx.path: there is no program at ${place} (\`nightjar mediamtx pull\` fetches it)`,
    )
    expect(path()?.online).toBe(false)
    await symlink(mediamtxProgram, place)
    await works()
    await rm(dirname(place), { recursive: true })
  })
})
