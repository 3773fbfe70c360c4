import { expect, it } from 'vitest'
import { createVerdict } from '../../../src/vision/processor/verdict.js'

const at = (place: string, sentence = 'Error: no') => ({ place, sentence })
const judge = () => {
  const told: string[] = []
  const time = { now: 10_000 }
  const verdict = createVerdict({
    module: 'my.mjs',
    now: () => time.now,
    onChange: ({ status, problem }) => void told.push(problem ?? status),
  })
  return { verdict, told, time }
}

it('tells a problem once, and its end when pictures have been good for three seconds', () => {
  const { verdict, told, time } = judge()
  verdict.starting()
  verdict.loaded()
  for (let picture = 0; picture < 1000; picture++) {
    time.now += 40
    // A module that fails now and then is a module that fails; the number in its words is none of its place's.
    if (picture % 50 === 0) verdict.bad(at('my.mjs:3', `Error: picture ${picture}`), 'working')
    else verdict.good()
  }
  expect(told).toEqual(['starting', 'working', 'my.mjs:3: Error: picture 0'])
  for (let picture = 0; picture < 100; picture++) {
    time.now += 40
    verdict.good()
  }
  expect(told.slice(3)).toEqual(['working'])
})

it('tells another problem, but not one after the other', () => {
  const { verdict, told, time } = judge()
  for (let picture = 0; picture < 100; picture++) {
    time.now += 40
    verdict.bad(at(`my.mjs:${picture}`), 'working')
  }
  expect(told).toEqual(['my.mjs:0: Error: no', 'my.mjs:50: Error: no'])
})

it('of loading is over once it is loaded; of work it is not', () => {
  const { verdict, told, time } = judge()
  verdict.bad({ place: null, sentence: 'there is no file' }, 'loading')
  verdict.loaded()
  verdict.bad({ place: null, sentence: 'it gave no answer' }, 'working')
  time.now += 1000
  verdict.loaded()
  verdict.good()
  expect(told).toEqual(['my.mjs: there is no file', 'working', 'my.mjs: it gave no answer'])
  verdict.starting()
  expect(told.at(-1)).toBe('starting')
})
