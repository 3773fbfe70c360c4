// The release of MediaMTX that fits this machine: where it is published, and what it must be. Pure.
import { Failure } from '../../../lib/failure.js'

export interface Release {
  readonly version: string
  /** The archive; the program in it is called `mediamtx`. */
  readonly name: string
  readonly url: string
  /** The publisher's list of checksums of all archives. */
  readonly sums: { readonly name: string; readonly url: string }
}

export interface Machine {
  readonly platform: string
  /** As Node says it. */
  readonly arch: string
  /** Of a 32-bit ARM. */
  readonly armVersion?: number | undefined
}

/** The one that we were built and tried with. */
const VERSION = 'v1.20.1'
const FROM = `https://github.com/bluenviron/mediamtx/releases/download/${VERSION}`

const archOf = ({ platform, arch, armVersion }: Machine): string | undefined => {
  if (platform !== 'linux') return undefined
  if (arch === 'x64') return 'amd64'
  if (arch === 'arm64') return 'arm64'
  return arch === 'arm' ? `armv${(armVersion ?? 6) >= 7 ? 7 : 6}` : undefined
}

/** A Failure 'unavailable' where there is none. */
export const releaseFor = (machine: Machine): Release => {
  const arch = archOf(machine)
  if (!arch) {
    const { platform, arch: own } = machine
    throw new Failure(
      'unavailable',
      `there is no MediaMTX to fetch for ${platform} on ${own}: install it, and set mediamtx.path`,
    )
  }
  const name = `mediamtx_${VERSION}_linux_${arch}.tar.gz`
  const sums = 'checksums.sha256'
  return { version: VERSION, name, url: `${FROM}/${name}`, sums: { name: sums, url: `${FROM}/${sums}` } }
}

/** The checksum of a file in the list that `sha256sum` writes; a Failure when the list has none. */
export const findSum = (list: string, name: string): string => {
  for (const line of list.split('\n')) {
    const [, sum, file] = /^([0-9a-f]{64}) [ *](.+?)\s*$/.exec(line) ?? []
    if (sum && file === name) return sum
  }
  throw new Failure('unavailable', `the published checksums say nothing of ${name}: nothing is fetched`)
}
