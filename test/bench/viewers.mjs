// MJPEG viewers that cost next to nothing: plain sockets that skip over each picture by its Content-Length and keep the
// numbers and times of the parts; or, where they are asked to, the pictures themselves with the times of their arrival.
import { connect } from 'node:net'
import { machineTime } from './rtsp-reader.mjs'

const HEAD_END = Buffer.from('\r\n\r\n')

/** @typedef {{ at: number, jpeg: Buffer }} Picture */
/** @typedef {{ parts: number, missed: number, bytes: number, delays: number[], pictures: Picture[], problem: string | undefined }} Seen */

/** @returns {Seen} */
const nothing = (/** @type {string | undefined} */ problem) => ({
  parts: 0,
  missed: 0,
  bytes: 0,
  delays: [],
  pictures: [],
  problem,
})

/** One viewer; what it has seen since it was last asked. */
const openViewer = (/** @type {URL} */ url, /** @type {string} */ auth, /** @type {boolean} */ keep) => {
  let seen = nothing(undefined)
  /** @type {Buffer[]} */
  let kept = []
  let head = Buffer.alloc(0)
  let skip = 0
  let answered = false
  let last = 0
  const socket = connect(Number(url.port), url.hostname)
  // HTTP/1.0: an answer without chunks.
  socket.write(`GET ${url.pathname}${url.search} HTTP/1.0\r\nHost: ${url.host}\r\nAuthorization: ${auth}\r\n\r\n`)
  const readHead = (/** @type {string} */ text) => {
    if (!answered) {
      answered = true
      if (!/^HTTP\/1\.\d 200/.test(text)) seen.problem = text.split('\r\n')[0]
      return
    }
    const length = Number(/Content-Length: (\d+)/i.exec(text)?.[1])
    const id = Number(/X-Frame-Id: (\d+)/i.exec(text)?.[1])
    if (!length || !id) seen.problem = `a part without its headers: ${JSON.stringify(text.slice(0, 80))}`
    if (last && id !== last + 1) seen.missed += id - last - 1
    last = id
    seen.parts++
    seen.bytes += length
    seen.delays.push(Date.now() - 1000 * Number(/X-Timestamp: ([\d.]+)/i.exec(text)?.[1]))
    skip = length + 2
  }
  const keepSome = (/** @type {Buffer} */ bytes) => {
    kept.push(bytes)
    if (skip > 0) return
    seen.pictures.push({ at: machineTime(), jpeg: Buffer.concat(kept) })
    kept = []
  }
  socket.on('data', (chunk) => {
    let rest = chunk
    while (rest.length > 0) {
      const skipped = Math.min(skip, rest.length)
      skip -= skipped
      if (keep && skipped > 0) keepSome(rest.subarray(0, skipped))
      rest = rest.subarray(skipped)
      if (rest.length === 0) return
      head = head.length > 0 ? Buffer.concat([head, rest]) : rest
      const end = head.indexOf(HEAD_END)
      if (end < 0) return
      rest = head.subarray(end + HEAD_END.length)
      readHead(head.toString('latin1', 0, end + 2))
      head = Buffer.alloc(0)
    }
  })
  socket.on('error', (error) => {
    seen.problem = error.message
  })
  socket.on('close', () => {
    seen.problem ??= 'closed'
  })
  return {
    /** What came since the last time. */
    take: () => {
      const taken = seen
      seen = nothing(taken.problem)
      return taken
    },
    close: () => {
      socket.removeAllListeners('close')
      socket.destroy()
    },
  }
}

/** @param {URL} url @param {string} auth @param {number} count @param {boolean} [keep] whether the pictures are kept */
export const openViewers = (url, auth, count, keep = false) => {
  const viewers = Array.from({ length: count }, () => openViewer(url, auth, keep))
  return {
    take: () => viewers.map((viewer) => viewer.take()),
    close: () => viewers.forEach((viewer) => void viewer.close()),
  }
}
