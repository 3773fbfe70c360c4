// A pipe from a child to us for much data, or for often some: read into one buffer that is used again and again. Measured with frames of
// 640x360 at 10/s: a quarter of the CPU of a child's ordinary pipe, which makes a new buffer for each read.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface WidePipe extends Disposable {
  /** For the child; to be destroyed here once the child has it. */
  readonly far: Socket
}

const BYTES = 512 * 1024

/** `onChunk` is given bytes that are valid during the call, at most `bytes` of them. */
export const openWidePipe = async (onChunk: (chunk: Buffer) => void, bytes = BYTES): Promise<WidePipe> => {
  const name = `nightjar-${randomUUID()}`
  // Linux has socket names without files.
  const path = process.platform === 'linux' ? `\0${name}` : join(tmpdir(), name)
  const server = createServer({ pauseOnConnect: true })
  server.listen(path)
  await once(server, 'listening')
  const buffer = Buffer.allocUnsafeSlow(bytes)
  const callback = (read: number): boolean => {
    onChunk(buffer.subarray(0, read))
    return true
  }
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const near = connect({ path, onread: { buffer, callback } })
  // The far end is gone with its child: that is the child's news.
  near.on('error', () => {})
  const [far] = await accepted
  server.close()
  return { far, [Symbol.dispose]: () => void near.destroy() }
}
