import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Answer, createMessageReader, writeMessage } from '../../../src/vision/processor/wire.js'

it('messages come out as they went in, however their bytes are cut', () => {
  const message = fc.record({
    head: fc.record({ type: fc.constant('facts' as const), facts: fc.dictionary(fc.string(), fc.string()) }),
    body: fc.uint8Array({ maxLength: 300 }),
  })
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 50 })), (messages, cuts) => {
      const pipe = new PassThrough()
      for (const { head, body } of messages) writeMessage(pipe, head, body)
      const bytes: Buffer = pipe.read() ?? Buffer.alloc(0)
      const got: unknown[] = []
      const read = createMessageReader<Answer>(
        (length) => new Uint8Array(length),
        (head, body) => got.push({ head, body: Uint8Array.from(body) }),
      )
      let at = 0
      for (const cut of [...cuts, bytes.length]) {
        read(bytes.subarray(at, at + cut))
        at += cut
      }
      expect(JSON.stringify(got)).toBe(JSON.stringify(messages))
    }),
  )
})

it('bytes that are no messages are refused before there is room made for them', () => {
  const room: number[] = []
  const read = createMessageReader<Answer>(
    (length) => {
      room.push(length)
      return new Uint8Array(length)
    },
    () => {},
  )
  expect(() => read(Buffer.from('console.log of a module that thinks fd 3 is free'))).toThrow('without end')
  expect(room).toEqual([])
})
