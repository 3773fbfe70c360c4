// Finds the ONVIF cameras of the network by WS-Discovery (node-onvif-ts asks, for three seconds). What they say of
// themselves is strangers' text.
import { isIPv4 } from 'node:net'
import { Failure, sentenceOf } from '../lib/failure.js'
import { decodePercent } from '../lib/percent.js'
import { createCoalesced } from '../lib/serial.js'
import { deviceUrl } from './onvif-session.js'

export interface Found {
  readonly name: string
  /** What its maker calls it; may be empty. */
  readonly model: string
  /** As a source takes it: host:port, or more where that is not enough. */
  readonly address: string
}

/** One answer, as node-onvif-ts reads it. */
export interface Answered {
  readonly name: string
  readonly hardware: string
  readonly xaddrs: readonly string[]
}

const MOST_CHARACTERS = 80

/** Of what is percent-encoded, and of what only looks so. */
const readable = (text: string): string =>
  decodePercent(text)
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(0, MOST_CHARACTERS)

/** Cameras tell addresses of every network that they are in, also such as nobody reaches. */
const rank = ({ protocol, hostname }: URL): number =>
  (isIPv4(hostname) ? 0 : 4) + (hostname.startsWith('169.254.') ? 2 : 0) + (protocol === 'http:' ? 0 : 1)

export const foundOf = ({ name, hardware, xaddrs }: Answered): Found | undefined => {
  const [url] = xaddrs.flatMap((text) => deviceUrl(text) ?? []).sort((a, b) => rank(a) - rank(b))
  if (!url) return undefined
  const usual = url.protocol === 'http:' && url.pathname === '/onvif/device_service' && url.search === ''
  const model = readable(hardware)
  return { name: readable(name) || model || url.host, model, address: usual ? url.host : url.href }
}

let found: readonly Found[] = []
// The library keeps one search for the whole process.
const look = createCoalesced(async () => {
  const { startProbe } = await import('node-onvif-ts')
  const answers = await startProbe().catch((cause: unknown) => {
    throw new Failure('unavailable', `this network can't be searched: ${sentenceOf(cause)}`, { cause })
  })
  const all = new Map(answers.flatMap((answer) => foundOf(answer) ?? []).map((one) => [one.address, one]))
  found = [...all.values()].sort((a, b) => a.address.localeCompare(b.address, 'en', { numeric: true }))
})

/** Those that answer within three seconds. */
export const discoverOnvif = async (): Promise<readonly Found[]> => {
  await look()
  return found
}
