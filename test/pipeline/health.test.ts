import { expect, test } from 'vitest'
import { createHealths } from '../../src/pipeline/health.js'

const broken = (problem: string) => ({ status: 'broken', problem }) as const
const working = { status: 'working' } as const

test('a part works when each of its streams does; the main stream explains before the small one', () => {
  const { hear } = createHealths()
  expect(hear('main', working)).toEqual({ status: 'working', problem: null })
  expect(hear('sub', { status: 'starting' })).toEqual({ status: 'starting', problem: null })
  expect(hear('sub', broken('gone'))).toEqual({ status: 'broken', problem: 'sub-stream: gone' })
  expect(hear('main', broken('away'))).toEqual({ status: 'broken', problem: 'away' })
  expect(hear('main', working)).toEqual({ status: 'broken', problem: 'sub-stream: gone' })
  expect(hear('sub', working)).toEqual({ status: 'working', problem: null })
})
