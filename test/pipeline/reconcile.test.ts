import { expect, test } from 'vitest'
import { createReconciler } from '../../src/pipeline/reconcile.js'

const setUp = () => {
  const said: string[] = []
  const reconciler = createReconciler<{ url: string }>((key, { url }) => {
    said.push(`start ${key} ${url}`)
    return {
      [Symbol.asyncDispose]: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        said.push(`end ${key} ${url}`)
      },
    }
  })
  const heard = (): string[] => said.splice(0)
  return { reconciler, heard }
}

test('only what differs is ended and started; the old one is gone before the new one comes', async () => {
  const { reconciler, heard } = setUp()
  await reconciler.apply({ a: { url: '1' }, b: { url: '2' } })
  expect(heard()).toEqual(['start a 1', 'start b 2'])
  await reconciler.apply({ a: { url: '1' }, b: { url: '3' } })
  expect(heard()).toEqual(['end b 2', 'start b 3'])
  await reconciler.apply({ a: { url: '1' }, b: { url: '3' } })
  expect(heard()).toEqual([])
  await reconciler.apply({ b: { url: '3' } })
  expect(heard()).toEqual(['end a 1'])
})

test('wishes that come while it works are one more run, to the last of them', async () => {
  const { reconciler, heard } = setUp()
  await reconciler.apply({ a: { url: '1' } })
  await Promise.all(['2', '3', '4'].map((url) => reconciler.apply({ a: { url } })))
  expect(heard()).toEqual(['start a 1', 'end a 1', 'start a 4'])
})

test('in the end nothing runs, and nothing is started any more', async () => {
  const { reconciler, heard } = setUp()
  await reconciler.apply({ a: { url: '1' } })
  const late = reconciler.apply({ a: { url: '2' } })
  await reconciler[Symbol.asyncDispose]()
  await late
  await reconciler.apply({ a: { url: '3' } })
  const said = heard()
  expect(said.filter((line) => line.startsWith('start')).length).toBe(
    said.filter((line) => line.startsWith('end')).length,
  )
  expect(said).not.toContain('start a 3')
})
