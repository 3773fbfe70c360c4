// H.264 out of RTP (RFC 6184: single units, STAP-A, FU-A), with the time at which the last packet of each picture came.

const START = Buffer.from([0, 0, 0, 1])
const KEY = 5
const STAP_A = 24
const FU_A = 28

/** @typedef {{ at: number, bytes: Buffer }} AccessUnit in Annex B */

/** Keeps all pictures from the first key frame on. For a loopback: packets come in order, and all of them. */
export const createAccessUnits = () => {
  /** @type {AccessUnit[]} */
  const units = []
  /** @type {Buffer[]} */
  let parts = []
  let key = false
  const add = (/** @type {Buffer} */ nal) => {
    key ||= /** @type {number} */ (nal[0] & 31) === KEY
    parts.push(START, Buffer.from(nal))
  }
  const addFragment = (/** @type {Buffer} */ payload) => {
    const [indicator = 0, head = 0] = payload
    if (head & 0x80) add(Buffer.from([(indicator & 0xe0) | (head & 31)]))
    parts.push(Buffer.from(payload.subarray(2)))
  }
  const addAll = (/** @type {Buffer} */ payload) => {
    for (let at = 1; at + 2 < payload.length; ) {
      const length = payload.readUInt16BE(at)
      add(payload.subarray(at + 2, at + 2 + length))
      at += 2 + length
    }
  }
  return {
    units,
    packet: (/** @type {Buffer} */ packet, /** @type {number} */ at) => {
      const [first = 0, second = 0] = packet
      const extension = first & 0x10 ? 4 + 4 * packet.readUInt16BE(14 + 4 * (first & 15)) : 0
      const payload = packet.subarray(12 + 4 * (first & 15) + extension)
      const kind = /** @type {number} */ (payload[0]) & 31
      if (kind === FU_A) addFragment(payload)
      else if (kind === STAP_A) addAll(payload)
      else add(payload)
      if (!(second & 0x80)) return
      if (units.length > 0 || key) units.push({ at, bytes: Buffer.concat(parts) })
      parts = []
      key = false
    },
  }
}
