// A processor's child process: loads the user's module and gives it one picture after the other. Talks over stdin and
// pipe 3 (wire.ts); stdout and stderr are the module's. Ends with its stdin. What nobody catches ends it, as in any Node
// program: link.ts reads the error from stderr.
import { Socket, type SocketConstructorOpts } from 'node:net'
import { setPriority } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CameraState } from '../../camera/state.js'
import { createContexts } from './context.js'
import { type Frame, loadModule, type ProcessImage, pixelsOf } from './load.js'
import { createReports } from './reports.js'
import { troubleOf } from './trouble.js'
import { type Answer, createMessageReader, type Request, writeMessage } from './wire.js'

/** Streams and recordings come first. */
const NICE = 5
const READ = 512 * 1024
const ours = dirname(fileURLToPath(import.meta.url))

const answers = new Socket({ fd: 3, readable: false, writable: true })
const tell = (answer: Answer, body?: Uint8Array): void => writeMessage(answers, answer, body)
const contextOf = createContexts(
  createReports({
    onFacts: (facts) => tell({ type: 'facts', facts }),
    onEvent: (name, data) => tell({ type: 'event', name, data }),
  }),
)
let processImage: ProcessImage | undefined
let state: CameraState | undefined

const load = async (path: string): Promise<void> => {
  try {
    processImage = await loadModule(path)
  } catch (error) {
    const trouble = troubleOf(error, ours)
    // Node knows the line that does not compile, and says it only when nobody catches the error.
    if (error instanceof SyntaxError && trouble.place === null) throw error
    return tell({ type: 'unloadable', ...trouble })
  }
  tell({ type: 'loaded' })
}

const work = async (request: Extract<Request, { type: 'frame' }>, data: Uint8Array): Promise<void> => {
  state = request.state ?? state
  if (!processImage || !state) throw new Error('a picture before the module')
  const { width, height, at } = request
  const frame: Frame = { data, width, height }
  try {
    const result = await processImage(frame, contextOf(frame, state, at))
    tell({ type: 'done' }, pixelsOf(result, frame, { data, width, height }))
  } catch (error) {
    tell({ type: 'failed', ...troubleOf(error, ours) })
  }
}

const read = createMessageReader<Request>(
  // A new one for each picture: a module may keep it to compare with the next.
  (bytes) => Buffer.allocUnsafeSlow(bytes),
  (request, body) => void (request.type === 'load' ? load(request.path) : work(request, body)),
)

// What the module says goes to stdout; stderr is left to Node, whose last words link.ts reads.
console.warn = console.log
console.error = console.log
setPriority(NICE)
const buffer = Buffer.allocUnsafeSlow(READ)
const onChunk = (bytes: number): boolean => {
  read(buffer.subarray(0, bytes))
  return true
}
// Node's types know `onread` for connections only.
const reading = { fd: 0, readable: true, writable: false, onread: { buffer, callback: onChunk } }
const requests = new Socket(reading as SocketConstructorOpts)
requests.once('end', () => process.exit(0))
requests.once('error', () => process.exit(0))
