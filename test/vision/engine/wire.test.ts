import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { type Answer, createMessageReader, writeMessage } from '../../../src/vision/engine/wire.js'

const bytesOf = (...messages: [Answer, Uint8Array?][]): Buffer => {
  const stream = new PassThrough({ highWaterMark: 1 << 24 })
  for (const [head, body] of messages) writeMessage(stream, head, body)
  return stream.read() as Buffer
}

it.each([1, 3, 7, 4096, 1 << 20])('messages come out as they went in, read %i bytes at a time', (size) => {
  const picture = Uint8Array.from({ length: 5000 }, (_, i) => i % 251)
  const problem = 'zu spät: „nichts“'
  const bytes = bytesOf(
    [{ type: 'ready', problems: [] }, picture],
    [{ type: 'failed', problem }],
    [{ type: 'found', detections: [] }, Uint8Array.of(7)],
  )
  const got: unknown[] = []
  const read = createMessageReader<Answer>((head, body) => got.push([head, [...body]]))
  for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size))
  expect(got).toEqual([
    [{ type: 'ready', problems: [] }, [...picture]],
    [{ type: 'failed', problem }, []],
    [{ type: 'found', detections: [] }, [7]],
  ])
})
