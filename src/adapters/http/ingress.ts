// Home Assistant's users, who come through Supervisor's ingress without a password of ours. Only Supervisor's own
// address is believed, and of its headers only what Supervisor itself wrote: it sends them in exactly this spelling and
// takes out what a browser sent in the same; one in another spelling has passed it, and is somebody's forgery.
import type { IncomingMessage } from 'node:http'
import type { Account, Role } from '../../camera/ports.js'
import type { AccountStore } from './accounts.js'

export interface IngressConfig {
  /** Supervisor's address. */
  readonly peer: string
  /** Of who has no user of the same name here. */
  readonly role: Role
}

const ID = 'X-Remote-User-Id'
const NAME = 'X-Remote-User-Name'

/** Null: not through ingress, or nobody that Supervisor names. */
export const ingressAccount = (
  { socket, rawHeaders }: Pick<IncomingMessage, 'socket' | 'rawHeaders'>,
  { peer, role }: IngressConfig,
  accounts: Pick<AccountStore, 'list'>,
): Account | null => {
  if (socket.remoteAddress?.replace(/^::ffff:/, '') !== peer) return null
  const [id, name] = [headerOf(rawHeaders, ID), headerOf(rawHeaders, NAME)]
  if (id === undefined || id === '' || name === undefined) return null
  const known = accounts.list().find((account) => account.name === name)
  // No name of ours has a space or a bracket: nobody becomes somebody else by being called so.
  return known ?? { name: `${name || id} (Home Assistant)`, role }
}

/** Empty when it is not there; undefined when it is there more than once, or in another spelling. */
const headerOf = (raw: readonly string[], name: string): string | undefined => {
  const found = raw.flatMap((text, at) =>
    at % 2 === 0 && text.toLowerCase() === name.toLowerCase() ? [{ name: text, value: raw[at + 1] ?? '' }] : [],
  )
  const [only] = found
  if (!only) return ''
  if (found.length > 1 || only.name !== name) return undefined
  return Buffer.from(only.value, 'latin1').toString('utf8')
}
