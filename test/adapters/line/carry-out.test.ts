// What a request does to cameras and house, and what is answered.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseLine } from '../../../src/adapters/line/protocol.js'
import { Failure } from '../../../src/lib/failure.js'
import { createLineHouse, type LineHouse } from '../../support/line-house.js'
import { createTestClock, type TestClock } from '../../support/test-clock.js'

let clock: TestClock
let line: LineHouse
beforeEach(() => {
  clock = createTestClock()
  line = createLineHouse(clock)
})
afterEach(() => line[Symbol.dispose]())

const say = (text: string, from = '192.168.1.5'): Promise<string> => line.carryOut(parseLine(text), from)

describe('a camera', () => {
  it('takes pictures: the first one, or the one that is named', async () => {
    expect(await say('save png')).toMatch(/^ok porch\/\S+\.png 1280x720 \d+ bytes\n$/)
    expect(await say('@yard pastStack jpg 12')).toMatch(/^ok yard\/\S+\.jpg /)
    expect(line.cameras.commands.map(({ id, command, by }) => ({ id, command, by }))).toEqual([
      { id: 'porch', command: { type: 'snapshot', format: 'png' }, by: { adapter: 'line' } },
      { id: 'yard', command: { type: 'stack', format: 'jpg', frames: 12 }, by: { adapter: 'line' } },
    ])
    expect(await say('@attic save')).toBe('error not-found: there is no camera "attic"\n')
  })

  it('records by hand', async () => {
    expect(await say('record start')).toBe('ok porch records (manual)\n')
    expect(await say('record stop')).toBe('ok porch does not record\n')
  })

  it('changes settings, by our keys and the old ones', async () => {
    expect(await say('set night.bright_threshold 45')).toBe('ok porch night.bright_threshold 45\n')
    expect(await say('set export.auto_save_interval_s 60')).toBe('ok porch save.every_s 60\n')
    expect(line.cameras.state('porch').settings).toMatchObject({
      night: { bright_threshold: 45 },
      save: { every_s: 60 },
    })
    expect(await say('set camera.framerate 5')).toBe(
      "error refused: camera.framerate can't be changed while Nightjar runs: it is source.fps of porch in nightjar.yaml\n",
    )
    expect(await say('set motion.frames 0')).toBe(
      'error invalid: motion.frames: must be a whole number from 1 to 50, not 0\n',
    )
  })

  it('moves its trigger level, never past its limits', async () => {
    expect(await say('inc_trigger')).toBe('ok porch motion.trigger_level 6\n')
    expect(await say('dec_trigger 2')).toBe('ok porch motion.trigger_level 4\n')
    expect(await say('dec_trigger 50')).toBe('ok porch motion.trigger_level 1\n')
    expect(await say('inc_trigger 999')).toBe('ok porch motion.trigger_level 100\n')
  })

  it('tells its levels', async () => {
    const { light, motion } = line.cameras.state('yard')
    line.cameras.change('yard', { light: { ...light, dark: 231, mode: 'night' }, motion: { ...motion, level: 7 } })
    expect(await say('@yard night_level')).toBe(
      'ok yard night_level 231 night (measured; night from 200, day from 170)\n',
    )
    expect(await say('@yard motion_level')).toBe('ok yard motion_level 7 still (trigger level 5)\n')
  })

  it('dumps what is known of its source', async () => {
    expect(parse(await say('dump_cam_controls'))).toMatchObject({ camera: 'porch', source: { kind: 'usb', fps: 25 } })
    expect(parse(await say('@yard dump_cam_exposure'))).toMatchObject({
      camera: 'yard',
      night: { mode: 'auto' },
      exposure: 'decided by the camera',
    })
  })

  it('that can not is told with its reason, and a bug without its insides', async () => {
    line.cameras.failNext(new Failure('unavailable', 'porch has no video yet'))
    expect(await say('save')).toBe('error unavailable: porch has no video yet\n')
    line.cameras.failNext(new TypeError('undefined is not a function'))
    expect(await say('save')).toBe('error internal: something went wrong inside Nightjar; its log says what\n')
  })
})

describe('the house', () => {
  it('says how it is on one line', async () => {
    line.cameras.change('yard', {
      link: { status: 'offline', since: 0, problem: 'the camera does not answer' },
    })
    expect(await say('health')).toMatch(
      /^ok nightjar 1\.2\.3 up \d+ s, porch online, yard offline \(the camera does not answer\), free space unknown\n$/,
    )
    expect(await say('@yard health')).not.toContain('porch')
  })

  it('dumps its configuration and writes it', async () => {
    expect(await say('dump_config')).toBe('---\ndata: /data\ncameras:\n  - id: porch\n...\n')
    expect(await say('overwrite_config')).toBe('ok nightjar.yaml now says what is set\n')
    expect(await say('overwrite_config')).toBe('error refused: no file holds this configuration\n')
  })

  it('does what can not be taken back when it is said twice within ten seconds, from one address', async () => {
    expect(await say('exit')).toBe('ok not done yet: say exit once more within 10 s, or reset\n')
    expect(await say('exit', '192.168.1.6')).toContain('not done yet')
    expect(await say('delete_all')).toContain('not done yet')
    expect(await say('exit')).toContain('not done yet')
    await clock.advance(10_001)
    expect(await say('exit')).toContain('not done yet')
    expect(line.house.done).toEqual([])
    await clock.advance(9000)
    expect(await say('exit')).toBe('ok exit was done\n')
    expect(await say('exit')).toContain('not done yet')
    expect(line.house.done).toEqual(['exit'])
  })

  it('lets go of it with reset', async () => {
    await say('delete_all')
    expect(await say('reset')).toBe('ok delete_all is cancelled\n')
    expect(await say('reset')).toBe('ok nothing was waiting\n')
    expect(await say('delete_all')).toContain('not done yet')
    expect(line.house.done).toEqual([])
  })

  it('refuses at once what it can not do, and what is said to one camera', async () => {
    expect(await say('shutdown')).toBe('error refused: shutdown is not set up here\n')
    expect(await say('@porch delete_all')).toBe('error invalid: that concerns the whole house: say it without @porch\n')
  })
})
