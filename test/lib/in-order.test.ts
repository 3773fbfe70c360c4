import { expect, test } from 'vitest'
import { createInOrder } from '../../src/lib/in-order.js'

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const start = (most: number, mayWait = 1) => {
  const ends = new Map<number, (fail?: Error) => void>()
  const [results, over, errors]: [string[], number[], unknown[]] = [[], [], []]
  const pieces = createInOrder<number, string>({
    most,
    mayWait: () => mayWait,
    work: (value) =>
      new Promise((resolve, reject) => ends.set(value, (fail) => (fail ? reject(fail) : resolve(`made ${value}`)))),
    onResult: (result) => results.push(result),
    onOver: (value) => over.push(value),
    onError: (error) => errors.push(error),
  })
  const end = async (value: number, fail?: Error): Promise<void> => {
    ends.get(value)?.(fail)
    await settle()
  }
  return { pieces, ends, results, over, errors, end }
}

test('nothing is left out while few come at once, and the order is theirs', async () => {
  const { pieces, ends, results, over, end } = start(3)
  for (const value of [1, 2, 3]) pieces.put(value)
  expect([...ends.keys()]).toEqual([1, 2, 3])
  await end(3)
  await end(2)
  expect(results).toEqual([])
  await end(1)
  expect(results).toEqual(['made 1', 'made 2', 'made 3'])
  expect(over).toEqual([1, 2, 3])
})

test('of more than that only the newest wait', async () => {
  const { pieces, ends, results, over, end } = start(2)
  for (const value of [1, 2, 3, 4, 5]) pieces.put(value)
  expect([[...ends.keys()], over]).toEqual([
    [1, 2],
    [3, 4],
  ])
  await end(1)
  expect([...ends.keys()]).toEqual([1, 2, 5])
  await end(5)
  await end(2)
  expect(results).toEqual(['made 1', 'made 2', 'made 5'])
  expect(over).toEqual([3, 4, 1, 2, 5])
})

test('as many wait as may, and go on in their order', async () => {
  const { pieces, ends, results, over, end } = start(1, 2)
  for (const value of [1, 2, 3, 4]) pieces.put(value)
  expect(over).toEqual([2])
  for (const value of [1, 3, 4]) await end(value)
  expect([...ends.keys()]).toEqual([1, 3, 4])
  expect(results).toEqual(['made 1', 'made 3', 'made 4'])
})

test('what fails is told, and stops nobody', async () => {
  const { pieces, results, over, errors, end } = start(2)
  const broken = new Error('broken')
  for (const value of [1, 2, 3]) pieces.put(value)
  await end(2)
  await end(1, broken)
  await end(3)
  expect([results, over, errors]).toEqual([['made 2', 'made 3'], [1, 2, 3], [broken]])
})
