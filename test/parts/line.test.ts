// The line protocol over sockets: real `nc` of both kinds, and callers who mean no good.
import { execFile } from 'node:child_process'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { converse } from '../../src/adapters/line/conversation.js'
import type { Line } from '../../src/adapters/line/line.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { createLineHouse, type LineHouse } from '../support/line-house.js'
import { createTestClock } from '../support/test-clock.js'

let house: LineHouse
let line: Line
beforeAll(async () => {
  house = createLineHouse()
  line = await house.start()
})
afterAll(async () => {
  await line[Symbol.asyncDispose]()
  house[Symbol.dispose]()
})

/** What a shell prints, and how long it took. */
const shell = async (text: string): Promise<{ readonly out: string; readonly ms: number }> => {
  const begun = performance.now()
  const { stdout } = await promisify(execFile)('sh', ['-c', text.replaceAll('HOST', `127.0.0.1 ${line.port}`)], {
    timeout: 20_000,
  })
  return { out: stdout, ms: performance.now() - begun }
}

/** All that a server says to these bytes until it closes. */
const tell = (port: number, ...texts: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let heard = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      heard += chunk
    })
    socket.once('error', reject)
    socket.once('end', () => {
      socket.end()
      resolve(heard)
    })
    for (const text of texts) socket.write(text)
  })

describe('nc', () => {
  it('that says it is done is answered and let go at once: no timer has to run', async () => {
    await using still = await house.start(createTestClock())
    const { out } = await shell(`echo "save png" | nc -N 127.0.0.1 ${still.port}`)
    expect(out).toMatch(/^ok porch\/\S+\.png /)
  })

  it('that does not is answered, and let go a second after the last answer', async () => {
    const { out, ms } = await shell('echo "night_level" | nc HOST')
    expect(out).toMatch(/^ok porch night_level /)
    expect(ms).toBeGreaterThan(950)
  })

  it('may say several lines, also with the ends of Windows, and one without an end', async () => {
    const { out } = await shell(`printf 'motion_level\\r\\n@yard motion_level\\nreset' | nc -N HOST`)
    expect(out.split('\n')).toEqual([
      expect.stringMatching(/^ok porch motion_level/),
      expect.stringMatching(/^ok yard motion_level/),
      'ok nothing was waiting',
      '',
    ])
    expect((await shell(`printf 'reset' | nc HOST`)).out).toBe('ok nothing was waiting\n')
  })

  it('confirms over two connections', async () => {
    expect((await shell('echo reboot | nc -N HOST')).out).toContain('not done yet')
    expect((await shell('echo reboot | nc -N HOST')).out).toBe('ok reboot was done\n')
    expect(house.house.done).toEqual(['reboot'])
  })

  it('gets a block that is a document of its own', async () => {
    expect((await shell('echo dump_config | nc -N HOST')).out).toBe('---\ndata: /data\ncameras:\n  - id: porch\n...\n')
  })
})

describe('a caller', () => {
  it('who says much at once is answered line by line, in order', async () => {
    const many = Array.from({ length: 2000 }, (_, index) => (index % 2 ? 'motion_level' : `nonsense${index}`))
    const answers = (await tell(line.port, `${many.join('\n')}\n`)).trimEnd().split('\n')
    expect(answers).toHaveLength(2000)
    expect(answers[1998]).toContain('nonsense1998')
    expect(answers[1999]).toMatch(/^ok porch motion_level/)
  })

  it('who never ends a line is let go', async () => {
    expect(await tell(line.port, 'x'.repeat(70_000))).toContain('error refused: a line is at most 4096 letters long')
  })

  it('that is a browser sent by a foreign page gets nowhere', async () => {
    const body = 'delete_all\ndelete_all\n'
    const answer = await tell(line.port, `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 22\r\n\r\n${body}`)
    expect(answer).toBe('error refused: this is no web server\n')
    expect(house.house.done).not.toContain('delete_all')
  })

  it('leaves nothing behind when the house ends', async () => {
    const own = createLineHouse()
    const server = await own.start()
    const socket = connect(server.port, '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => {})
    await server[Symbol.asyncDispose]()
    await closed
    own[Symbol.dispose]()
  })
})

describe('a caller from another machine', () => {
  const TOKEN = 'a-token-of-some-length'
  let server: Server
  let port = 0
  const asked: unknown[] = []
  let intruders = 0
  beforeAll(async () => {
    server = createServer({ allowHalfOpen: true }, (socket) =>
      converse({
        ...{ socket, token: TOKEN, clock: createSystemClock() },
        carryOut: async ({ ask }) => {
          asked.push(ask)
          return 'ok\n'
        },
        onIntruder: () => {
          intruders += 1
        },
      }),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  it('says the token first', async () => {
    expect(await tell(port, `token ${TOKEN}\nhealth\n`)).toBe('ok welcome\nok\n')
    expect(asked).toEqual([{ type: 'report', what: 'health' }])
  })

  it.each(['health\nhealth\n', 'token wrong-wrong-wrong\nhealth\n', `@porch token ${TOKEN}x\nhealth\n`, '\nhealth\n'])(
    'and gets nothing with %j',
    async (text) => {
      const before = [asked.length, intruders] as const
      expect(await tell(port, text)).toMatch(/^error refused: the first line from another machine is[^\n]*\n$/)
      expect([asked.length, intruders]).toEqual([before[0], before[1] + 1])
    },
  )
})
