// Any configuration file: it is taken or refused in sentences, each with its place, and settings that are refused change
// nothing.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { checkSettingsChange } from '../../src/camera/check-settings.js'
import { loadConfig } from '../../src/config/load.js'
import { Failure } from '../../src/lib/failure.js'
import { defaultSettings } from '../support/settings.js'
import { TIMEOUT_MS, tries } from './runs.js'

const refused = (error: unknown): void => {
  expect(error).toBeInstanceOf(Failure)
  const failure = error as Failure
  expect(failure.code).toBe('invalid')
  for (const line of failure.message.split('\n')) expect(line.trim()).not.toBe('')
  expect(failure.message).not.toContain('undefined')
}
const key = fc.oneof(
  fc.constantFrom('cameras', 'users', 'http', 'rtsp', 'mqtt', 'source', 'kind', 'id', 'zones', 'port', 'url', 'data'),
  fc.constantFrom('motion', 'night', 'recording', 'processor', 'points', '__proto__', 'constructor', 'toString', ''),
  fc.string({ maxLength: 8 }),
)
const leaf = fc.oneof(
  fc.string(),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('rtsp', 'file', 'porch', '*'),
)
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
  ),
}))

const load = async (text: string): Promise<void> => {
  await loadConfig({ path: '/nowhere/nightjar.yaml', text, env: {} }).catch(refused)
}

/** Each name nine times in the next. */
const growing = [...'abcdefghij'].map((name, at, all) =>
  at === 0
    ? 'a: &a [1]'
    : `${name}: &${name} [${Array(9)
        .fill(`*${all[at - 1]}`)
        .join(', ')}]`,
)

/** What the properties below have found. */
test.each([
  ['an alias without end', 'cameras: &a [*a]', /alias/],
  ['aliases that grow', growing.join('\n'), /alias/],
  ['a list in place of a group', 'mqtt: []', /^mqtt: must be a group of options/m],
  ['a zone of nothing', 'cameras: [{id: a, source: {kind: test-pattern}, zones: [null]}]', /zones/],
])('%s', async (_what, text, sentence) => {
  await expect(loadConfig({ path: '/nowhere/nightjar.yaml', text, env: {} })).rejects.toThrow(sentence)
})

test(
  'any text',
  async () => {
    const lines = fc.array(
      fc.oneof(fc.string(), fc.constantFrom('cameras:', '- id: a', '  &a [*a]', '? {', '!!js/function x', '<<: *a')),
    )
    await fc.assert(
      fc.asyncProperty(lines, (all) => load(all.join('\n'))),
      tries(150),
    )
  },
  TIMEOUT_MS,
)

test(
  'any groups of options',
  async () => {
    const camera = fc.record(
      { id: fc.oneof(fc.constant('porch'), leaf), source: tree, motion: tree, zones: tree },
      { requiredKeys: [] },
    )
    const config = fc.oneof(
      tree,
      fc.record({ cameras: fc.array(camera, { maxLength: 3 }), users: tree, mqtt: tree }, { requiredKeys: [] }),
    )
    await fc.assert(
      fc.asyncProperty(config, (value) => load(stringify(value))),
      tries(150),
    )
  },
  TIMEOUT_MS,
)

test(
  'any change of settings',
  () => {
    const before = structuredClone(defaultSettings)
    const change = fc.oneof(
      tree,
      fc.record({ motion: tree, night: tree, zones: tree, jpeg: tree, save: tree }, { requiredKeys: [] }),
    )
    fc.assert(
      fc.property(change, (value) => {
        try {
          checkSettingsChange(value, defaultSettings)
        } catch (error) {
          refused(error)
        }
        expect(defaultSettings).toEqual(before)
      }),
      tries(300),
    )
  },
  TIMEOUT_MS,
)
