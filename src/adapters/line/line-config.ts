// The line section of nightjar.yaml. Without it there is no line protocol.
import type { Problem } from '../../lib/check.js'
import { isLoopback } from '../../lib/network.js'
import type { Slice } from '../../lib/slice.js'

export interface LineConfig {
  readonly host: string
  readonly port: number
  /** What callers from other machines say first. */
  readonly token: string | null
}

const checkToken = (value: unknown): void => {
  if (typeof value !== 'string' || !/^\S{12,200}$/.test(value))
    throw new Error('must be 12 to 200 letters without spaces')
}

export const lineSchema = {
  port: { doc: 'Port (TCP); 0 takes a free one', format: 'port', default: 9999 },
  host: {
    doc: 'Address to listen on; for others than this machine a token is needed',
    format: 'String',
    default: '127.0.0.1',
  },
  token: {
    doc: 'What callers from other machines say in their first line: `token …`; those from this machine need none',
    format: checkToken,
    default: null,
    nullable: true,
    sensitive: true,
  },
} as const satisfies Slice

/** What single options can't say. */
export const lineConflicts = ({ host, token }: LineConfig): readonly Problem[] =>
  token === null && !isLoopback(host)
    ? [{ path: 'line.token', sentence: `is missing: line.host ${host} lets other machines in` }]
    : []
