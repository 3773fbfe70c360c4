// A real mosquitto on a free port of this machine: no anonymous clients, user `nightjar` and user `anna`, both with
// password `pw`, no lists of rights. It can be killed and started again on the same port; it keeps nothing.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, startChild } from '../../src/lib/process.js'

export interface Mosquitto extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Kills it: connections break without a word. */
  kill(): Promise<void>
  start(): Promise<void>
}

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })

export const startMosquitto = async (more = ''): Promise<Mosquitto> => {
  const folder = mkdtempSync(join(tmpdir(), 'nightjar-mosquitto-'))
  const port = await freePort()
  const passwords = join(folder, 'passwords')
  writeFileSync(passwords, '')
  for (const name of ['nightjar', 'anna']) execFileSync('mosquitto_passwd', ['-b', passwords, name, 'pw'])
  const file = join(folder, 'mosquitto.conf')
  // Run as root, mosquitto becomes another user, who may not read the folder.
  const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous false', `password_file ${passwords}`, 'user root', more]
  writeFileSync(file, `${lines.join('\n')}\n`)
  let child: Child | undefined
  const start = async (): Promise<void> => {
    child = startChild({ name: 'mosquitto', command: 'mosquitto', args: ['-c', file] })
    child.stdout.resume()
    for (let tries = 0; !(await answers(port)); tries++) {
      if (tries > 100) throw new Error('mosquitto does not listen')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const kill = async (): Promise<void> => child?.stop(0)
  await start()
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    kill,
    start,
    [Symbol.asyncDispose]: async () => {
      await kill()
      rmSync(folder, { recursive: true })
    },
  }
}
