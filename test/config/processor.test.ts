import { expect, it } from 'vitest'
import { checkSettingsChange } from '../../src/camera/check-settings.js'
import { dumpConfig } from '../../src/config/dump.js'
import { loadConfig } from '../../src/config/load.js'
import type { CameraConfig } from '../../src/config/schema.js'
import { defaultSettings } from '../support/settings.js'

const load = async (processor: string): Promise<CameraConfig | undefined> => {
  const text = `cameras: [{id: porch, source: {kind: test-pattern}, processor: ${processor}}]`
  return (await loadConfig({ path: '/etc/nightjar/nightjar.yaml', text, env: {} })).cameras[0]
}

it('a processor is its path, or a group with it; the path counts from the file', async () => {
  const whole = { path: '/etc/nightjar/my.mjs', always: false, width: 1280, fps: 25, limit_ms: 1000 }
  expect((await load('./my.mjs'))?.processor).toEqual(whole)
  expect((await load('{path: my.mjs}'))?.processor).toEqual(whole)
  expect((await load('{path: ../a/b.ts, always: true, width: 640, fps: 5, limit_ms: 200}'))?.processor).toEqual({
    ...{ path: '/etc/a/b.ts', always: true, width: 640, fps: 5, limit_ms: 200 },
  })
  const config = await loadConfig({
    ...{ path: '/etc/nightjar/nightjar.yaml', env: {} },
    text: 'cameras: [{id: porch, source: {kind: test-pattern}, processor: my.mjs}]',
  })
  expect(dumpConfig(config)).toMatchObject({ cameras: [{ processor: whole }] })
})

it.each([
  ['{always: true}', 'cameras[0].processor.path: must be the path of a module'],
  ['./my.py', 'cameras[0].processor.path: must be the path of a module (.mjs, .js, .cjs or .ts)'],
  ['[my.mjs]', 'cameras[0].processor: must be a group of options'],
  ['{path: my.mjs, limit: 3}', 'cameras[0].processor.limit: is not an option; did you mean limit_ms?'],
  ['{path: my.mjs, fps: 0}', 'cameras[0].processor.fps: must be a number from 0.1 to 60'],
])('%s is wrong', async (processor, sentence) => {
  await expect(load(processor)).rejects.toThrow(sentence)
})

it('nobody sets it while Nightjar runs', () => {
  const change = { processor: { path: '/tmp/evil.mjs' } }
  expect(() => checkSettingsChange(change, defaultSettings)).toThrow('processor: is not an option')
})
