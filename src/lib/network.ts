// Where this machine is in its network.
import { networkInterfaces } from 'node:os'

/** Its IPv4 addresses but loopback. */
export const networkHosts = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)

/** Whether an address is one of this machine's, loopback included. */
export const isOwnAddress = (address: string): boolean =>
  isLoopback(address) || Object.values(networkInterfaces()).some((list) => list?.some((one) => one.address === address))

/** Whether a server that listens on this host is open to every network. */
export const isEverywhere = (host: string): boolean => host === '0.0.0.0' || host === '::'

/** Whether an address is this machine's own: 127.0.0.1, ::1, ::ffff:127.0.0.1, localhost. */
export const isLoopback = (address: string): boolean => /^(::1|localhost|(::ffff:)?127(\.\d{1,3}){3})$/i.test(address)

/** The host of an address as connections want it: an IPv6 address without its brackets. */
export const bareHost = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')

const UNREACHED: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ENOTFOUND: 'has a name that nobody knows',
  EAI_AGAIN: 'has a name that can not be looked up now',
}

/** What a connection that failed says of the far end: `refuses connections`. */
export const whyUnreached = (error: { readonly code?: string | undefined }): string =>
  UNREACHED[error.code ?? ''] ?? 'can not be reached'
