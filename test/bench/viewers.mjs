// MJPEG viewers that cost next to nothing: plain sockets that skip over each picture by its Content-Length and keep the
// numbers and times of the parts.
import { connect } from 'node:net'

const HEAD_END = Buffer.from('\r\n\r\n')

/** @typedef {{ parts: number, missed: number, bytes: number, delays: number[], problem: string | undefined }} Seen */

/** One viewer; `seen` counts from the last `reset`. */
const openViewer = (/** @type {URL} */ url, /** @type {string} */ auth) => {
  /** @type {Seen} */
  let seen = { parts: 0, missed: 0, bytes: 0, delays: [], problem: undefined }
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
  socket.on('data', (chunk) => {
    let rest = chunk
    while (rest.length > 0) {
      const skipped = Math.min(skip, rest.length)
      skip -= skipped
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
      seen = { parts: 0, missed: 0, bytes: 0, delays: [], problem: taken.problem }
      return taken
    },
    close: () => {
      socket.removeAllListeners('close')
      socket.destroy()
    },
  }
}

/** @param {URL} url @param {string} auth @param {number} count */
export const openViewers = (url, auth, count) => {
  const viewers = Array.from({ length: count }, () => openViewer(url, auth))
  return {
    take: () => viewers.map((viewer) => viewer.take()),
    close: () => viewers.forEach((viewer) => void viewer.close()),
  }
}
