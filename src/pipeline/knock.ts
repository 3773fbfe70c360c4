// Asks a network camera whether it is there before an ffmpeg is started for it again: costs nothing, is over in a moment
// also where packets vanish, and says in words what is wrong. So a camera is back soon after it is back.
import { connect } from 'node:net'
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import { bareHost, whyUnreached } from '../lib/network.js'
import type { Job } from '../lib/supervise.js'

const PATIENCE_MS = 1500
/** A camera that answers and then gives no video is not asked again at once: some lock out who asks too often. */
const REFUSED_MS = 2500
/** Between two knocks. */
export const KNOCK_PAUSE_MS = 1000

const PORTS: Readonly<Record<string, number>> = { 'rtsp:': 554, 'rtsps:': 322 }

/** Resolves when the RTSP server at this address answers; else a Failure with a sentence. */
export const knock = (address: string, clock: Clock, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const { protocol, hostname, port } = new URL(address)
    const host = bareHost(hostname)
    const place = { host, port: port === '' ? (PORTS[protocol] ?? 554) : Number(port) }
    const name = `${hostname}:${place.port}`
    if (signal.aborted) return reject(signal.reason)
    const socket = connect(place)
    let connected = false
    const end = (problem?: unknown): void => {
      late[Symbol.dispose]()
      signal.removeEventListener('abort', aborted)
      socket.destroy()
      if (problem === undefined) resolve()
      else reject(problem)
    }
    const fail = (what: string): void => end(new Failure('unavailable', `the camera at ${name} ${what}`))
    const aborted = (): void => end(signal.reason)
    const late = clock.after(PATIENCE_MS, () =>
      fail(connected ? 'takes connections but says nothing' : 'can not be reached'),
    )
    signal.addEventListener('abort', aborted, { once: true })
    socket.on('error', (error: NodeJS.ErrnoException) => fail(whyUnreached(error)))
    socket.once('connect', () => {
      connected = true
      // What is under TLS would take more than a knock.
      if (protocol === 'rtsps:') return end()
      socket.write(`OPTIONS rtsp://${name}/ RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: Nightjar\r\n\r\n`)
    })
    socket.once('data', () => end())
    socket.once('end', () => fail('takes connections and hangs up'))
  })

/** The same job for a camera at this address: after a failure it is begun again only when the camera answers. */
export const knockFirst = (job: Job, address: string, clock: Clock): Job => {
  let failures = 0
  return async (signal, ready) => {
    if (failures > 0) await knock(address, clock, signal)
    try {
      await job(signal, () => {
        failures = 0
        ready()
      })
    } catch (error) {
      if (++failures > 1) await clock.sleep(REFUSED_MS, signal)
      throw error
    }
  }
}
