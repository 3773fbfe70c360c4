// Any line: answered in the protocol's own form, and one that is refused changes nothing.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatError, LONGEST_LINE, parseLine } from '../../src/adapters/line/protocol.js'
import { systemActions } from '../../src/camera/ports.js'
import { Failure } from '../../src/lib/failure.js'
import { createLineHouse } from '../support/line-house.js'
import { TIMEOUT_MS, tries } from './runs.js'

const WORDS = [
  ...['save', 'pastStack', 'record', 'night_level', 'motion_level', 'health', 'set', 'inc_trigger', 'dec_trigger'],
  ...['dump_config', 'overwrite_config', 'dump_cam_controls', 'dump_cam_exposure', 'reset', 'token', 'help'],
  ...systemActions,
]
const argument = fc.oneof(
  fc.constantFrom('png', 'jpg', 'start', 'stop', 'true', '5', '45', '-1', '1e9', 'NaN', '@porch', '{}', '[1', 'none'),
  fc.constantFrom('night.bright_threshold', 'motion.trigger_level', 'recording.on', 'camera.framerate', 'zones'),
  fc.constantFrom('__proto__', 'constructor', 'motion.constructor', 'export.pre', 'ring.x', '../../etc/passwd', '%s%n'),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const line = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ maxLength: LONGEST_LINE }),
  fc
    .tuple(
      fc.constantFrom('', '', '@porch ', '@yard ', '@nobody ', '@ '),
      fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 10 })),
      fc.array(argument, { maxLength: 4 }),
    )
    .map(([camera, word, args]) => `${camera}${[word, ...args].join(' ')}`),
)
const ANSWER = /^(?:(?:ok|error [a-z-]+:) [^\n]+\n|---\n[\s\S]*\n\.\.\.\n)$/

test(
  'every line is answered, and one that is refused changes nothing',
  async () => {
    using house = createLineHouse()
    const { cameras, house: done } = house
    const say = async (text: string): Promise<string> => {
      try {
        return await house.carryOut(parseLine(text), '127.0.0.1')
      } catch (error) {
        if (error instanceof Failure) return formatError(error.code, error.message)
        throw error
      }
    }
    const settings = () => cameras.list().map((state) => state.settings)
    const property = fc.asyncProperty(line, async (text) => {
      const before = { settings: settings(), commands: cameras.commands.length, done: done.done.length }
      const answer = await say(text)
      expect(answer).toMatch(ANSWER)
      expect(answer).not.toContain('error internal')
      if (!answer.startsWith('error ')) return
      expect({ settings: settings(), commands: cameras.commands.length, done: done.done.length }).toEqual(before)
    })
    await fc.assert(property, tries(5000))
  },
  TIMEOUT_MS,
)
