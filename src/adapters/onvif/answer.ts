// A SOAP request to its answer: read, look up, let in, carry out; whatever goes wrong is a fault with a body. No HTTP
// beyond the status.
import type { Account } from '../../camera/ports.js'
import { Failure } from '../../lib/failure.js'
import { Fault, faultOf, notAuthorized, statusOfFault } from './fault.js'
import { access, type Call, type Device, type Operation } from './operation.js'
import { findOperation } from './operations.js'
import type { Asked, Door } from './security.js'
import { addressingOf, formatEnvelope, formatFault, parseEnvelope, type SoapRequest } from './soap.js'

export interface Answer {
  readonly status: number
  readonly body: string
  /** With it go the ways to say who one is. */
  readonly challenge: boolean
}

export type Request = Asked & Pick<Call, 'authority' | 'host' | 'path' | 'gone'>

const RANKS = ['viewer', 'operator', 'admin'] as const

const letIn = (operation: Operation, door: Door, request: Request, { security }: SoapRequest): Account | null => {
  const role = access[operation.access]
  // Also with a wrong or stale token: a client whose clock is wrong could never begin.
  if (role === null) return null
  const account = door.soap(request, security)
  if (RANKS.indexOf(account.role) >= RANKS.indexOf(role)) return account
  throw notAuthorized(`${account.name} is a ${account.role}, and ${operation.name} takes ${role}s`)
}

export const failed = (error: unknown, { log }: Pick<Device, 'log'>): Answer => {
  const fault = error instanceof Fault ? error : error instanceof Failure ? faultOf(error) : undefined
  if (fault) return { status: statusOfFault(fault), body: formatFault(fault), challenge: fault.challenge }
  log.error({ err: error }, 'onvif: a request failed: this is a bug')
  const bug = new Fault('Receiver', ['Action'], 'Something went wrong here; the log says more')
  return { status: 500, body: formatFault(bug), challenge: false }
}

export const answerSoap = async (text: string, request: Request, device: Device, door: Door): Promise<Answer> => {
  try {
    const soap = parseEnvelope(text)
    const { body } = soap
    const operation = findOperation(body.ns, body.name)
    if (!operation) {
      door.soap(request, soap.security)
      throw new Fault('Receiver', ['ActionNotSupported'], `Optional Action Not Implemented: ${body.name.slice(0, 80)}`)
    }
    const account = letIn(operation, door, request, soap)
    const { authority, host, path, remote, gone } = request
    const answered = await operation.answer({ device, body, account, authority, host, path, remote, gone })
    return { status: 200, body: formatEnvelope(answered, addressingOf(soap)), challenge: false }
  } catch (error) {
    return failed(error, device)
  }
}
