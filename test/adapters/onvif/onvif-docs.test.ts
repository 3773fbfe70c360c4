import { expect, it } from 'vitest'
import { refused } from '../../../src/adapters/onvif/clients.js'
import { onvifPage, unanswered } from '../../../src/adapters/onvif/onvif-docs.js'
import { operations } from '../../../src/adapters/onvif/operations.js'

// `npm run docs` writes it.
it('docs/onvif.md says what the tables say', async () => {
  await expect(onvifPage()).toMatchFileSnapshot('../../../docs/onvif.md')
})

it('answers everything that known clients ask for, but for what has a reason', () => {
  expect(unanswered()).toEqual(Object.keys(refused).sort())
})

it('has each operation once', () => {
  const names = operations.map(({ service, name }) => `${service} ${name}`)
  expect(new Set(names).size).toBe(names.length)
})
