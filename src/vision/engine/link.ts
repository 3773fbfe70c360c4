// One life of the engine's child: sends requests, one at a time, each with a time limit. A child that dies, says
// nonsense or hangs loses the request that runs; starting another one is the engine's.
import type { Clock } from '../../lib/clock.js'
import { Failure } from '../../lib/failure.js'
import type { Log } from '../../lib/log.js'
import { describeEnd, startChild } from '../../lib/process.js'
import { type Answer, createMessageReader, type Request, writeMessage } from './wire.js'

export interface Link extends AsyncDisposable {
  /**
   * The next answer. `body` must stay as it is until then. Failure 'unavailable' when the child is gone, 'timeout'
   * after `limit` ms: the child is then killed.
   */
  ask(request: Request, limit: number, body?: Uint8Array): Promise<Answer>
  /** Rejects when the child is gone, with the reason; never resolves. */
  readonly broken: Promise<never>
  readonly pid: number | undefined
}

export interface LinkDeps {
  /** The child's program, JavaScript. */
  readonly program: string
  readonly clock: Clock
  readonly log: Log
}

const NAME = 'the detection engine'
/** The child needs no threads beside its own and ONNX Runtime's one; each would bring memory of its own. */
const ENV = { UV_THREADPOOL_SIZE: '1', MALLOC_ARENA_MAX: '2' }

export const startLink = ({ program, clock, log }: LinkDeps): Link => {
  const child = startChild({
    name: NAME,
    command: process.execPath,
    args: [program],
    env: ENV,
    stdin: true,
    pipes: 1,
    onLine: (line) => log.debug({ line }, 'detection engine'),
  })
  child.stdout.resume()
  let waiting: { resolve(answer: Answer): void; reject(error: unknown): void } | undefined
  let over: Failure | undefined
  let breakLink: (reason: Failure) => void = () => {}
  const broken = new Promise<never>((_resolve, reject) => {
    breakLink = reject
  })
  broken.catch(() => {})
  const endAs = (reason: Failure): void => {
    over ??= reason
    waiting?.reject(over)
    waiting = undefined
    breakLink(over)
  }
  const read = createMessageReader<Answer>((answer) => {
    waiting?.resolve(answer)
    waiting = undefined
  })
  child.pipe(0).on('data', read)
  child.exited.then(
    (end) => endAs(new Failure('unavailable', describeEnd(NAME, end))),
    (error: unknown) => endAs(error instanceof Failure ? error : new Failure('unavailable', String(error))),
  )
  return {
    pid: child.pid,
    broken,
    ask: async (request, limit, body) => {
      if (over) throw over
      const answer = new Promise<Answer>((resolve, reject) => {
        waiting = { resolve, reject }
      })
      using _limit = clock.after(limit, () => {
        endAs(new Failure('timeout', `${NAME} gave no answer for ${limit / 1000} s`))
        void child.stop(0)
      })
      if (child.stdin) writeMessage(child.stdin, request, body)
      return await answer
    },
    [Symbol.asyncDispose]: async () => {
      endAs(new Failure('unavailable', `${NAME} was stopped`))
      await child.stop(500)
    },
  }
}
