import { expect, test } from 'vitest'
import type { LiveMessage } from '../../src/camera/ports.js'
import { type LiveLimits, liveMessages } from '../../src/media/live.js'
import { createRing, type Ring } from '../../src/media/ring.js'

/** A ring and a feeder: `k` pushes a key frame, `p` a frame that needs it, `E` begins a new epoch. 100 ms each. */
const feeder = (): { ring: Ring; feed(text: string): void } => {
  const ring = createRing({ seconds: 60, maxBytes: 1e6 })
  let [count, epoch] = [0, 1]
  return {
    ring,
    feed: (text) => {
      for (const letter of text) {
        if (letter === 'E') {
          epoch++
          continue
        }
        const video = { codec: 'h264' as const, width: 2, height: 2 }
        const init = { epoch, data: Buffer.from(`init ${epoch}`), mime: `mime ${epoch}`, video, audio: false }
        const data = Buffer.from(`${letter}${count}`)
        const fragment = { epoch, data, track: 'video' as const, key: letter === 'k', pts: 0, mono: count * 100 }
        ring.push({ init, fragment })
        count++
      }
    },
  }
}

const listen = (ring: Ring, limits?: LiveLimits) => {
  const end = new AbortController()
  const messages = liveMessages(ring, end.signal, limits)
  const show = (message: LiveMessage): string =>
    message.type === 'init' ? `<${message.mime} ${message.data}>` : message.data.toString()
  return {
    end,
    take: async (count: number): Promise<string> => {
      const taken: string[] = []
      while (taken.length < count) {
        const next = await messages.next()
        if (next.done) return [...taken, 'end'].join(' ')
        taken.push(show(next.value))
      }
      return taken.join(' ')
    },
  }
}

test('the init segment, the newest group, then what comes', async () => {
  const { ring, feed } = feeder()
  feed('kppkp')
  const { take, end } = listen(ring)
  expect(await take(3)).toBe('<mime 1 init 1> k3 p4')
  feed('pk')
  expect(await take(2)).toBe('p5 k6')
  end.abort()
  expect(await take(1)).toBe('end')
})

test('it waits for a camera that has no video yet', async () => {
  const { ring, feed } = feeder()
  const { take } = listen(ring)
  const first = take(2)
  feed('ppk')
  expect(await first).toBe('<mime 1 init 1> k2')
})

test('a new epoch brings its own init segment', async () => {
  const { ring, feed } = feeder()
  feed('kp')
  const { take } = listen(ring)
  expect(await take(3)).toBe('<mime 1 init 1> k0 p1')
  feed('Epkp')
  expect(await take(3)).toBe('<mime 2 init 2> k3 p4')
})

test('who falls behind goes on at a key frame, near the newest', async () => {
  const { ring, feed } = feeder()
  feed('kp')
  const { take } = listen(ring, { maxSeconds: 1 })
  expect(await take(3)).toBe('<mime 1 init 1> k0 p1')
  feed('pppkppppppppppppkp')
  expect(await take(2)).toBe('k18 p19')
  // A skip over a whole epoch still gives the init segment of the one it lands in.
  feed('pppEkpppppppppppppppEkp')
  expect(await take(3)).toBe('<mime 3 init 3> k39 p40')
  // A key frame that waits is used; without one the next is waited for.
  feed('kpkppppppppp')
  expect(await take(2)).toBe('k43 p44')
  feed('pppppppppppp')
  feed('pk')
  expect(await take(1)).toMatch(/^k/)
})

test('a start with a long group is no delay of the viewer', async () => {
  const { ring, feed } = feeder()
  feed(`k${'p'.repeat(30)}`)
  const { take } = listen(ring, { maxSeconds: 1 })
  await take(1)
  feed('ppp')
  expect(await take(34)).toMatch(/^k0 p1 .* p33$/)
})

test('bytes that wait are bounded', async () => {
  const { ring, feed } = feeder()
  feed('k')
  const { take } = listen(ring, { maxSeconds: 100, maxBytes: 20 })
  expect(await take(2)).toBe('<mime 1 init 1> k0')
  feed('pppppppppppppppkp')
  expect(await take(2)).toBe('k16 p17')
})

test('ends at once, also when it waits or was ended before', async () => {
  const { ring, feed } = feeder()
  const one = listen(ring)
  const waiting = one.take(1)
  one.end.abort()
  expect(await waiting).toBe('end')
  feed('k')
  const two = listen(ring)
  two.end.abort()
  expect(await two.take(1)).toBe('end')
})
