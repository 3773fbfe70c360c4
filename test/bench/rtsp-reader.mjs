// RTSP readers that cost next to nothing: plain sockets (interleaved, Basic) that hand on each RTP packet with the time
// of its arrival, and keep nothing.
import { connect } from 'node:net'

const MAGIC = 0x24
const RTP_HEAD = 12

/** Monotonic milliseconds, the same for all processes of this machine. */
export const machineTime = () => Number(process.hrtime.bigint()) / 1e6

/**
 * Plays the video of `address`; resolves when it plays. `onPacket` hears RTP packets.
 * @param {string} address @param {(packet: Buffer, at: number) => void} onPacket
 */
const openReader = async (address, onPacket) => {
  const url = new URL(address)
  const authorization = `Basic ${Buffer.from(`${url.username}:${url.password}`).toString('base64')}`
  const plain = `rtsp://${url.host}${url.pathname}`
  const socket = connect(Number(url.port), url.hostname)
  socket.setNoDelay()
  /** @type {string | undefined} */
  let problem
  let packets = 0
  let cseq = 0
  /** @type {Buffer} */
  let rest = Buffer.alloc(0)
  /** @type {((text: string) => void) | undefined} */
  let answered
  const readAnswer = () => {
    const end = rest.indexOf('\r\n\r\n')
    if (end < 0) return 0
    const head = rest.toString('latin1', 0, end)
    const whole = end + 4 + Number(/Content-Length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (rest.length < whole) return 0
    answered?.(rest.toString('latin1', 0, whole))
    return whole
  }
  const readPacket = (/** @type {number} */ at) => {
    if (rest.length < 4 || rest.length < 4 + rest.readUInt16BE(2)) return 0
    const whole = 4 + rest.readUInt16BE(2)
    if (rest[1] === 0) {
      packets++
      onPacket(rest.subarray(4, whole), at)
    }
    return whole
  }
  socket.on('data', (chunk) => {
    const at = machineTime()
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    while (rest.length > 0) {
      const taken = rest[0] === MAGIC ? readPacket(at) : readAnswer()
      if (taken === 0) return
      rest = rest.subarray(taken)
    }
  })
  const fail = (/** @type {string} */ why) => {
    problem ??= why
    answered?.(why)
  }
  socket.on('error', (error) => fail(error.message))
  socket.on('close', () => fail('closed'))
  const ask = async (/** @type {string} */ method, to = plain, headers = '') => {
    const answer = new Promise((give) => {
      answered = give
    })
    socket.write(`${method} ${to} RTSP/1.0\r\nCSeq: ${++cseq}\r\nAuthorization: ${authorization}\r\n${headers}\r\n`)
    const text = /** @type {string} */ (await answer)
    if (!text.startsWith('RTSP/1.0 200')) throw new Error(`${method}: ${text.split('\r\n')[0]}`)
    return text
  }
  const described = await ask('DESCRIBE')
  // As if they had come in the stream.
  for (const set of /sprop-parameter-sets=([^;\s]+)/.exec(described)?.[1]?.split(',') ?? [])
    onPacket(Buffer.concat([Buffer.alloc(RTP_HEAD), Buffer.from(set, 'base64')]), machineTime())
  const control = /m=video[\s\S]*?a=control:(\S+)/.exec(described)?.[1] ?? ''
  const setup = await ask('SETUP', `${plain}/${control}`, 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n')
  await ask('PLAY', plain, `Session: ${/Session: ([^;\r]+)/i.exec(setup)?.[1]}\r\n`)
  return {
    /** Packets since the last time, and what went wrong. */
    take: () => {
      const taken = { packets, problem }
      packets = 0
      return taken
    },
    close: () => {
      socket.removeAllListeners('close')
      socket.destroy()
    },
  }
}

/** @param {string} address @param {number} count @param {(packet: Buffer, at: number) => void} [onPacket] */
export const openReaders = async (address, count, onPacket = () => {}) => {
  const readers = await Promise.all(Array.from({ length: count }, () => openReader(address, onPacket)))
  return {
    take: () => readers.map((reader) => reader.take()),
    close: () => readers.forEach((reader) => void reader.close()),
  }
}
