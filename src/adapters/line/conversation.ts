// One connection: lines in, answers out, in turn. Closes a second after its last answer, because some `nc` wait for that
// and others say that nothing more comes.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Clock } from '../../lib/clock.js'
import { Failure } from '../../lib/failure.js'
import { createSerial } from '../../lib/serial.js'
import { type Asked, formatError, formatOk, isHttp, LONGEST_LINE, parseLine } from './protocol.js'

export interface ConversationDeps {
  readonly socket: Socket
  /** What the caller must say first; null: nothing. */
  readonly token: string | null
  readonly clock: Pick<Clock, 'after' | 'sleep'>
  carryOut(asked: Asked): Promise<string>
  /** A wrong token was said. */
  onIntruder(): void
}

/** After the last answer. */
const LINGER_MS = 1000
/** Until the first line, and for an answer to be taken. */
const PATIENCE_MS = 60_000
/** Guessing a token takes its time. */
const WRONG_TOKEN_MS = 1000

const hash = (text: string): Buffer => createHash('sha256').update(text).digest()

export const converse = ({ socket, token, clock, carryOut, onIntruder }: ConversationDeps): void => {
  const inTurn = createSerial()
  let welcome = token === null
  let rest = ''
  let waiting = 0
  let over = false
  let timer: Disposable | undefined

  const wait = (ms: number, then: () => void): void => {
    timer?.[Symbol.dispose]()
    timer = clock.after(ms, then)
  }
  const end = (): void => {
    over = true
    timer?.[Symbol.dispose]()
    socket.end()
  }
  const drop = (): void => {
    over = true
    timer?.[Symbol.dispose]()
    socket.destroy()
  }
  const refuse = (sentence: string): void => {
    if (over) return
    socket.write(formatError('refused', sentence))
    end()
  }
  const answer = async (line: string): Promise<string | null> => {
    if (over) return null
    if (isHttp(line)) {
      refuse('this is no web server')
      return null
    }
    const said = ((): Asked | string => {
      try {
        return parseLine(line)
      } catch (error) {
        if (error instanceof Failure) return formatError(error.code, error.message)
        throw error
      }
    })()
    if (!welcome) {
      const given = typeof said === 'object' && said.ask.type === 'token' ? said.ask.token : ''
      if (!timingSafeEqual(hash(given), hash(token ?? ''))) {
        onIntruder()
        await clock.sleep(WRONG_TOKEN_MS)
        refuse('the first line from another machine is: token and line.token of nightjar.yaml')
        return null
      }
      welcome = true
      return formatOk('welcome')
    }
    return typeof said === 'string' ? said : carryOut(said)
  }
  const take = (line: string): void => {
    waiting += 1
    timer?.[Symbol.dispose]()
    void inTurn(async () => {
      const text = await answer(line)
      waiting -= 1
      if (text === null || over) return
      socket.write(text)
      if (waiting > 0) return
      socket.resume()
      wait(LINGER_MS, () => takeRest(end))
    })
  }
  /** What came without the end of a line is a line when nothing more comes. */
  const takeRest = (otherwise: () => void): void => {
    const line = rest
    rest = ''
    if (line.trim() === '') otherwise()
    else take(line)
  }

  socket.setEncoding('utf8')
  // An answer that nobody takes does not stay in memory.
  socket.setTimeout(PATIENCE_MS, drop)
  wait(PATIENCE_MS, end)
  socket.on('data', (chunk: string) => {
    if (over) return
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
    if (rest.length > LONGEST_LINE || lines.some(({ length }) => length > LONGEST_LINE))
      return refuse(`a line is at most ${LONGEST_LINE} letters long`)
    // What comes faster than it is carried out waits at the caller's.
    if (waiting > 0) socket.pause()
    else if (rest !== '') wait(LINGER_MS, () => takeRest(() => wait(PATIENCE_MS, end)))
  })
  socket.once('end', () => {
    takeRest(() => {})
    void inTurn(() => {
      if (!over) end()
    })
  })
  socket.on('error', drop)
  socket.once('close', () => {
    over = true
    timer?.[Symbol.dispose]()
  })
}
