// The infrared filter's command, with real children: once for each change, and its failure seen until it is over.
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type IrCutCommand, startNightExposure } from '../../src/automation/night-exposure.js'
import { createCameras, type House } from '../../src/camera/cameras.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import { defaultSettings } from '../support/settings.js'
import { until } from '../support/streams.js'

let folder: string
let cameras: House
let program: string
const clock = createSystemClock()

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-ir-cut-'))
  program = join(folder, 'filter')
  await writeFile(
    program,
    `#!/bin/sh\necho "$@" >> ${folder}/ran\ntest ! -e ${folder}/jammed || { echo the filter is jammed >&2; exit 3; }\n`,
  )
  await chmod(program, 0o755)
  cameras = createCameras({
    cameras: [{ ...{ id: 'porch', name: 'Porch', source: 'file' }, settings: defaultSettings }],
    ...{ clock, log: silentLog, saveSettings: async () => {} },
  })
})
afterEach(() => rm(folder, { recursive: true }))

const start = (irCut: IrCutCommand) =>
  startNightExposure({ cameras, configs: [{ id: 'porch', irCut }, { id: 'yard' }], clock, log: silentLog })
const mode = (night: 'auto' | 'day' | 'night') =>
  cameras.execute('porch', { type: 'settings', change: { night: { mode: night } } }, { adapter: 'test' })
const ran = async (): Promise<string[]> =>
  (await readFile(join(folder, 'ran'), 'utf8').catch(() => '')).split('\n').slice(0, -1)
const state = () => cameras.state('porch')
const notes = () => cameras.trace('porch').filter(({ what }) => what === 'infrared filter')

test('it runs when the service starts and once for each change, with its arguments as they are', async () => {
  const watching = start({ day: [program, 'day', '$HOME; two words'], night: [program, 'night'] })
  await until(() => notes()[0])
  await mode('night')
  await until(() => notes()[1])
  // No change of the light: no run.
  await cameras.execute('porch', { type: 'settings', change: { motion: { frames: 7 } } }, { adapter: 'test' })
  await mode('auto')
  await mode('day')
  await until(() => notes()[2])
  await watching[Symbol.asyncDispose]()
  await mode('night')
  expect(await ran()).toEqual(['day $HOME; two words', 'night', 'day $HOME; two words'])
  expect(notes().map(({ decision, reason }) => `${decision}: ${reason}`)).toEqual([
    'done: its command for day was run',
    'done: its command for night was run',
    'done: its command for day was run',
  ])
  expect(state().health.ir_cut).toEqual({ status: 'working', problem: null })
})

test('one that fails is a problem and a line of the trace until it works', async () => {
  await using _watching = start({ day: [], night: [program, 'night'] })
  await writeFile(join(folder, 'jammed'), '')
  await mode('night')
  await until(() => state().health.ir_cut?.status === 'broken')
  const problem = `the infrared filter's command for night (${program}) ended with code 3: the filter is jammed`
  expect(state().link.problem).toBe(problem)
  expect(notes()).toMatchObject([{ decision: 'suppressed', reason: problem }])
  await rm(join(folder, 'jammed'))
  await until(() => state().health.ir_cut?.status === 'working')
  expect(state().link.problem).toBeNull()
  expect(new Set(await ran())).toEqual(new Set(['night']))
  expect(notes().map(({ decision }) => decision)).toEqual(['suppressed', 'done'])
})

test('a program that is not there says so; one that hangs is ended with the service', async () => {
  const missing = start({ day: [join(folder, 'nothing')], night: [] })
  await until(() => state().health.ir_cut?.status === 'broken')
  expect(state().link.problem).toContain('nothing')
  await mode('night')
  await until(() => state().health.ir_cut?.status === 'working')
  await missing[Symbol.asyncDispose]()

  const pid = join(folder, 'pid')
  const hanging = start({ day: [], night: ['/bin/sh', '-c', `echo $$ > ${pid}; exec sleep 1000`] })
  let number = ''
  while (number === '') number = (await readFile(pid, 'utf8').catch(() => '')).trim()
  await hanging[Symbol.asyncDispose]()
  expect(() => process.kill(Number(number), 0)).toThrow('ESRCH')
})
