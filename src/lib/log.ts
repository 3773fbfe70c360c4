// The one log: pino to stderr (stdout belongs to the user's scripts), pretty on a terminal, without credentials.
import { pino } from 'pino'
import pretty from 'pino-pretty'
import { redactText } from './redact.js'

export interface Log {
  debug(details: object | string, message?: string): void
  info(details: object | string, message?: string): void
  warn(details: object | string, message?: string): void
  error(details: object | string, message?: string): void
  child(bindings: object): Log
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export const createLog = (
  level: LogLevel,
  write: (line: string) => void = (line) => void process.stderr.write(line),
): Log => {
  const stream = { write: (line: string) => write(redactText(line)) }
  if (!process.stderr.isTTY) return pino({ level, base: null }, stream)
  const lines = pretty({
    colorize: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname',
    sync: true,
    destination: stream as never,
  })
  return pino({ level, base: null }, lines)
}

/** Says nothing: for tests and tools. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
}
