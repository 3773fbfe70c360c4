import { expect, it } from 'vitest'
import { configurationPage } from '../../src/config/config-docs.js'

// `npm run docs` writes it.
it('docs/configuration.md says what the schemas say', async () => {
  await expect(configurationPage()).toMatchFileSnapshot('../../docs/configuration.md')
})
