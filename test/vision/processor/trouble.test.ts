import { expect, it } from 'vitest'
import { tell, troubleIn, troubleOf } from '../../../src/vision/processor/trouble.js'

const OURS = '/opt/nightjar/dist/vision/processor'
const thrown = (error: Error, ...lines: string[]): Error =>
  Object.assign(error, { stack: [String(error), ...lines.map((line) => `    at ${line}`)].join('\n') })

it.each([
  [['process_image (file:///home/me/my.mjs:12:7)', `work (file://${OURS}/child.js:40:1)`], 'my.mjs:12'],
  // A drawing function of ours threw: the line that called it is meant.
  [[`parseColour (file://${OURS}/draw.js:9:9)`, 'file:///home/me/my.mjs:3:11'], 'my.mjs:3'],
  [['new Promise (<anonymous>)', 'f (node:fs:12:3)', '/home/me/old.cjs:4:1'], 'old.cjs:4'],
  [['process_image (file:///home/me/my%20own.mjs:12:7)'], 'my own.mjs:12'],
  [[`work (file://${OURS}/child.js:40:1)`], null],
])('finds the line in %j', (lines, place) => {
  expect(troubleOf(thrown(new TypeError('no such thing'), ...lines), OURS)).toEqual({
    place,
    sentence: 'TypeError: no such thing',
  })
})

it('takes whatever was thrown, on one line, not endless', () => {
  expect(troubleOf('a word', OURS)).toEqual({ place: null, sentence: 'it threw a word' })
  expect(troubleOf(thrown(new Error('one\n two')), OURS).sentence).toBe('one two')
  expect(troubleOf(thrown(new Error('x'.repeat(5000))), OURS).sentence).toHaveLength(300)
})

it('reads what Node prints before it dies', () => {
  const compiling = ['file:///home/me/my.mjs:3', '  const = 3', '        ^', '', "SyntaxError: Unexpected token '='"]
  expect(troubleIn([...compiling, '    at compile (node:internal/x:1:2)', '', 'Node.js v20.20.2'], OURS)).toEqual({
    place: 'my.mjs:3',
    sentence: "SyntaxError: Unexpected token '='",
  })
  const late = ['/home/me/a.cjs:5', '    throw new RangeError()', '', 'RangeError', '    at f (/home/me/b.cjs:7:2)']
  expect(troubleIn(late, OURS)).toEqual({ place: 'a.cjs:5', sentence: 'RangeError' })
  expect(troubleIn(['hello', 'Killed'], OURS)).toBeUndefined()
})

it('is one sentence, by the place or by the name', () => {
  expect(tell('my.mjs', { place: 'lib.mjs:2', sentence: 'no' })).toBe('lib.mjs:2: no')
  expect(tell('my.mjs', { place: null, sentence: 'no' })).toBe('my.mjs: no')
})
