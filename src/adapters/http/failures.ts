// What goes wrong, as HTTP: a status for every code, and one shape of answer. A bug is 500 and a stack in the log.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Failure, type FailureCode } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import { redactText } from '../../lib/redact.js'
import type { FailureAnswer } from './api.js'
import { ATTEMPTS_WINDOW_MS } from './attempts.js'
import { isFromPage } from './origin.js'

const statusOf: Readonly<Record<FailureCode, number>> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  refused: 409,
  'too-many': 429,
  'too-large': 413,
  unavailable: 503,
  timeout: 504,
  storage: 507,
}

const codeOf = (status: number): FailureCode => {
  const found = (Object.keys(statusOf) as FailureCode[]).find((code) => statusOf[code] === status)
  return found ?? 'invalid'
}

export const addFailures = (app: FastifyInstance, log: Log): void => {
  app.setErrorHandler((error: FastifyError | Failure, request, reply) => {
    if (error instanceof Failure) return sendFailure(request, reply, error)
    if (error.validation) return sendFailure(request, reply, new Failure('invalid', problemsOf(error).join('\n')))
    const status = error.statusCode ?? 500
    if (status < 500) {
      const { headers = {} } = error as { headers?: Record<string, string> }
      return reply
        .code(status)
        .headers(headers)
        .send(answerOf(codeOf(status), error.message))
    }
    log.error({ err: error, method: request.method, path: request.routeOptions.url }, 'a request failed: this is a bug')
    return reply.code(500).send({ error: 'Something went wrong here; the log says more', code: 'bug' })
  })
  app.setNotFoundHandler((request) => {
    throw new Failure('not-found', `There is no ${request.method} ${request.url.split('?')[0]}`)
  })
}

const sendFailure = (request: FastifyRequest, reply: FastifyReply, failure: Failure): FastifyReply => {
  // On the page the browser would ask for a password in its own window, above the page's sign-in.
  if (failure.code === 'unauthorized' && !isFromPage(request))
    reply.header('www-authenticate', 'Basic realm="Nightjar", charset="UTF-8"')
  if (failure.code === 'too-many') reply.header('retry-after', ATTEMPTS_WINDOW_MS / 1000)
  // A picture's route may have set these before it failed.
  reply.removeHeader('content-disposition').type('application/json')
  return reply.code(statusOf[failure.code]).send(answerOf(failure.code, failure.message))
}

/** A sentence of several lines is a list of problems, one a line. */
const answerOf = (code: FailureCode, sentence: string): FailureAnswer => {
  const text = redactText(sentence)
  return code === 'invalid' ? { error: text, code, problems: text.split('\n') } : { error: text, code }
}

/** The validator's findings as `path: sentence`, each once. */
const problemsOf = ({ validation = [], validationContext }: FastifyError): readonly string[] => {
  const lines = validation.flatMap(({ keyword, instancePath, params, message = 'is wrong' }) => {
    const path = instancePath.slice(1).replaceAll('/', '.')
    const at = (name: unknown): string => [path, String(name)].filter(Boolean).join('.')
    if (keyword === 'boolean') return []
    if (keyword === 'required') return (params.requiredProperties as string[]).map((name) => `${at(name)}: is missing`)
    if (keyword === 'additionalProperties')
      return (params.additionalProperties as string[]).map((name) => `${at(name)}: is not known here`)
    if (keyword === 'enum') return `${path}: must be one of ${(params.allowedValues as string[]).join(', ')}`
    return `${path || validationContext}: ${message}`
  })
  return [...new Set(lines)]
}
