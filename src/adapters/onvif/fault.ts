// What goes wrong, as SOAP: code, subcodes (ONVIF Core, 5.11.2) and a sentence, and the HTTP status of each.
import type { Failure, FailureCode } from '../../lib/failure.js'
import { redactText } from '../../lib/redact.js'

export class Fault extends Error {
  override readonly name = 'Fault'
  constructor(
    readonly code: 'Sender' | 'Receiver' | 'VersionMismatch',
    /** From the outer to the inner one; without a prefix they are ONVIF's. */
    readonly subcodes: readonly string[],
    sentence: string,
    /** Only for who sends none, or a wrong one: how to come in. */
    readonly challenge = false,
  ) {
    super(sentence)
  }
}

export const notAuthorized = (why: string, challenge = false): Fault =>
  new Fault('Sender', ['NotAuthorized'], `Sender not Authorized: ${why}`, challenge)

export const noSuch = (subcode: 'NoProfile' | 'NoConfig' | 'NoSource' | 'NoToken', what: string): Fault =>
  new Fault('Sender', ['InvalidArgVal', subcode], what)

export const invalidValue = (why: string): Fault => new Fault('Sender', ['InvalidArgVal'], why)

/** Of Failures, with the status that a picture's address answers with. */
const codes: Readonly<Record<FailureCode, { readonly subcodes: readonly string[]; readonly status: number }>> = {
  invalid: { subcodes: ['InvalidArgVal'], status: 400 },
  unauthorized: { subcodes: ['NotAuthorized'], status: 401 },
  forbidden: { subcodes: ['NotAuthorized'], status: 403 },
  'not-found': { subcodes: ['InvalidArgVal'], status: 404 },
  refused: { subcodes: ['OperationProhibited'], status: 409 },
  'too-many': { subcodes: ['NotAuthorized'], status: 429 },
  'too-large': { subcodes: ['InvalidArgs'], status: 413 },
  unavailable: { subcodes: ['Action'], status: 503 },
  timeout: { subcodes: ['Action'], status: 504 },
  storage: { subcodes: ['Action'], status: 507 },
}

const OURS: readonly FailureCode[] = ['unavailable', 'timeout', 'storage']

export const faultOf = (failure: Failure): Fault =>
  new Fault(
    OURS.includes(failure.code) ? 'Receiver' : 'Sender',
    codes[failure.code].subcodes,
    redactText(failure.message),
  )

/** The HTTP status of a Failure, outside of SOAP. */
export const statusOf = ({ code }: Failure): number => codes[code].status

/** The HTTP status that a SOAP fault comes with (SOAP 1.2 part 2, table 20). */
export const statusOfFault = ({ code, challenge }: Fault): number => (challenge ? 401 : code === 'Sender' ? 400 : 500)
