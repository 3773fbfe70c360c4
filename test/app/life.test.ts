// The house as a process: how it begins and ends, and what it leaves behind.
import { expect, it } from 'vitest'
import { alive, childrenOf, startNightjar, until } from '../support/nightjar.js'

it('the demo listens, says where on its first line, and a SIGTERM ends it with no child left', async () => {
  await using nightjar = await startNightjar(['demo'])
  const { addresses } = nightjar
  expect(Object.keys(addresses.rtsp)).toEqual(['porch'])
  expect(addresses.users).toHaveLength(1)
  expect((await fetch(new URL('/health', addresses.http))).status).toBe(200)
  expect((await fetch(new URL('/api/cameras', addresses.http))).status).toBe(401)
  await until('the camera to be online', async () => {
    const camera = await nightjar.json<{ link: { status: string } }>('/api/cameras/porch')
    return camera.link.status === 'online'
  })
  const children = childrenOf(nightjar.pid)
  expect(children.length).toBeGreaterThanOrEqual(2)
  const asked = Date.now()
  nightjar.signal('SIGTERM')
  expect(await nightjar.exited).toBe(0)
  expect(Date.now() - asked).toBeLessThan(8000)
  expect(children.filter(({ pid }) => alive(pid))).toEqual([])
})

it('kill -9 leaves no child either', async () => {
  await using nightjar = await startNightjar(['demo'])
  const children = await until('publisher and tap', () => {
    const running = childrenOf(nightjar.pid)
    return running.length >= 2 && running
  })
  nightjar.signal('SIGKILL')
  await nightjar.exited
  await until('the children to end', () => children.every(({ pid }) => !alive(pid)), 5000)
})

it('each child that is killed comes back, and the link says so', async () => {
  await using nightjar = await startNightjar(['demo'])
  const link = async (): Promise<string> =>
    (await nightjar.json<{ link: { status: string } }>('/api/cameras/porch')).link.status
  const online = (): Promise<boolean> => until('the camera to be online', async () => (await link()) === 'online')
  await online()
  const seen: string[] = []
  const events = await nightjar.get('/api/events')
  void (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of events.body ?? []) {
      for (const [, status] of decoder.decode(chunk).matchAll(/"link":\{"status":"(\w+)"/g)) seen.push(status ?? '')
    }
  })().catch(() => {})
  const first = childrenOf(nightjar.pid)
  for (const { pid } of first) {
    if (!alive(pid)) continue
    seen.length = 0
    process.kill(pid, 'SIGKILL')
    await until('the outage to be told', () => seen.includes('offline'))
    await online()
  }
  const second = childrenOf(nightjar.pid)
  expect(second.length).toBe(first.length)
  expect(second.some(({ pid }) => first.some((one) => one.pid === pid))).toBe(false)
})
