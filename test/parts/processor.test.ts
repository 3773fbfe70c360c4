import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { newMind } from '../../src/camera/rules/mind.js'
import type { CameraState } from '../../src/camera/state.js'
import type { Zone } from '../../src/camera/zones.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { type Log, silentLog } from '../../src/lib/log.js'
import type { ProcessorConfig } from '../../src/vision/processor/config.js'
import { type Processor, type ProcessorView, startProcessor } from '../../src/vision/processor/processor.js'
import { alive, until } from '../support/nightjar.js'
import { defaultSettings } from '../support/settings.js'

const folder = mkdtempSync(join(tmpdir(), 'processor-'))
const clock = createSystemClock()
const programs = resolve('test/support/programs/processors')
afterAll(() => rmSync(folder, { recursive: true }))

const SYNTAX = '// Does not compile.\nexport const process_image = () => {\n  const = 3\n}\n'
writeFileSync(join(folder, 'syntax.mjs'), SYNTAX)

const LAWN: Zone = {
  ...{ id: 'lawn', name: 'Lawn', color: '#58c98b', use: 'motion', enabled: true, sensitivity: 1 },
  points: [
    [25, 25],
    [75, 25],
    [75, 75],
    [25, 75],
  ],
}
const state: CameraState = newMind(
  { id: 'porch', name: 'Porch', source: 'file' },
  { ...defaultSettings, zones: [LAWN] },
  0,
).state

interface Running {
  readonly processor: Processor
  readonly views: ProcessorView[]
  readonly events: unknown[]
  readonly lines: string[]
  view(): ProcessorView | undefined
  /** The pixels after the processor, as they are shown; `first`: the first byte of the picture. */
  show(first: number, width?: number, height?: number): Promise<Uint8Array>
}

let running: Running | undefined
const start = (path: string, config: Partial<ProcessorConfig> = {}): Running => {
  const views: ProcessorView[] = []
  const events: unknown[] = []
  const lines: string[] = []
  const say = (level: string) => (details: object | string, message?: string) =>
    void lines.push(`${level} ${message ?? String(details)}`)
  const log: Log = { ...silentLog, warn: say('warn'), info: say('info'), error: say('error') }
  const processor = startProcessor({
    config: { path: resolve(programs, path), always: false, width: 1280, fps: 25, limit_ms: 4000, ...config },
    state: () => state,
    ...{ clock, log },
    onChange: (view) => views.push(view),
    onEvent: (name, data) => events.push({ name, data }),
  })
  running = {
    ...{ processor, views, events, lines },
    view: () => views.at(-1),
    show: async (first, width = 64, height = 36) => {
      const data = new Uint8Array(width * height * 3).fill(100)
      data[0] = first
      return (await processor.edit({ data, width, height }, Date.UTC(2026, 10, 20, 12))) ?? data
    },
  }
  return running
}
const startWorking = async (path: string, config: Partial<ProcessorConfig> = {}): Promise<Running> => {
  const one = start(path, config)
  await until('the module', () => one.view()?.status === 'working')
  return one
}
afterEach(async () => {
  const pid = running?.processor.pid
  await running?.processor[Symbol.asyncDispose]()
  running = undefined
  if (pid !== undefined) expect(alive(pid)).toBe(false)
})

test('a picture comes back as the module has left it, in every way it may be given', async () => {
  const { show } = await startWorking('ways.mjs')
  for (const way of [1, 2, 3, 4, 5]) expect(new Set(await show(way))).toEqual(new Set([10 + way]))
  // null: as it was, and nothing comes back at all.
  expect([...(await show(6))].slice(0, 3)).toEqual([6, 100, 100])
  expect([...(await show(0))].slice(0, 3)).toEqual([0, 100, 100])
  // Calls that meet take turns: each has its own answer.
  const met = await Promise.all([1, 2, 3].map(async (way) => (await show(way))[5]))
  expect(met).toEqual([11, 12, 13])
  // Another size, larger than any pipe.
  const large = await show(2, 1280, 720)
  expect([large.length, large[0], large.at(-1)]).toEqual([1280 * 720 * 3, 12, 12])
  expect((await show(3)).length).toBe(64 * 36 * 3)
})

test('a module that throws: pictures as they were, one warning with file and line, memory stays', async () => {
  const { processor, show, views, view, lines } = await startWorking('throws.mjs')
  expect([...(await show(5))].slice(0, 3)).toEqual([5, 100, 100])
  expect(view()).toMatchObject({ status: 'broken', facts: {} })
  expect(view()?.problem).toMatch(/^throws\.mjs:5: TypeError: .*width/)
  const resident = (pid: number | undefined): number =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  const run = async (pictures: number): Promise<number> => {
    for (let i = 0; i < pictures; i++) await show(5)
    return resident(processor.pid)
  }
  const { pid } = processor
  const before = await run(3000)
  const after = await run(7000)
  expect(after - before).toBeLessThan(25)
  expect(processor.pid).toBe(pid)
  expect(views.map(({ status }) => status)).toEqual(['starting', 'working', 'broken'])
  expect(lines.filter((line) => line.startsWith('warn'))).toHaveLength(1)
})

test('a module that hangs: it is killed after its time, started anew, and works again', async () => {
  const { processor, show, view, lines } = await startWorking('hangs.mjs', { limit_ms: 300 })
  expect((await show(0))[0]).toBe(99)
  for (const way of [1, 2]) {
    const { pid = 0 } = processor
    expect((await show(way))[0]).toBe(way)
    expect(view()?.problem).toMatch(/^hangs\.mjs: process_image gave no answer for [\d.]+ s$/)
    await until('its end', () => !alive(pid))
    // Meanwhile nobody waits.
    expect((await show(0))[0]).toBe(0)
    await until('the next', () => processor.pid)
    expect((await show(0))[0]).toBe(99)
  }
  expect(lines.filter((line) => line.startsWith('warn'))).toHaveLength(1)
  await until('all-clear', async () => {
    await show(0)
    return view()?.status === 'working'
  })
  expect(view()?.problem).toBeNull()
})

test.each([
  [1, 'process_image returned 10 bytes: it must return 6912 bytes (64 × 36 × 3), such a frame, or nothing'],
  [2, 'process_image returned text: it must return 6912 bytes (64 × 36 × 3), such a frame, or nothing'],
  [3, 'process_image returned 42: it must'],
  [4, 'process_image returned a picture of 128 × 36: it must'],
  [5, 'process_image returned an object without pixels: it must'],
  [6, 'process_image returned a list: it must'],
])('a module that gives back nonsense (%i): the picture as it was, and what is wrong', async (way, sentence) => {
  const { show, view } = await startWorking('nonsense.mjs')
  expect([...(await show(way))].slice(0, 3)).toEqual([way, 100, 100])
  expect(view()?.problem).toContain(`nonsense.mjs: `)
  expect(view()?.problem).toContain(sentence)
})

test.each([
  [join(folder, 'syntax.mjs'), /^syntax\.mjs:3: SyntaxError: Unexpected token '='$/],
  ['no-export.mjs', /no-export\.mjs: it exports .*, but no function process_image or processImage$/],
  ['missing.mjs', /^missing\.mjs: there is no file .*missing\.mjs$/],
])('%s can not be loaded: said with file and line, pictures as they were', async (name, sentence) => {
  const { show, view, lines } = start(name)
  await until('the problem', () => view()?.status === 'broken')
  expect(view()?.problem).toMatch(sentence)
  expect([...(await show(5))].slice(0, 3)).toEqual([5, 100, 100])
  expect(lines).toHaveLength(1)
})

test('TypeScript runs where Node runs it; elsewhere a sentence says what to do', async () => {
  const path = join(folder, 'typed.ts')
  writeFileSync(path, 'export const process_image = (frame: { data: Uint8Array }): void => void frame.data.fill(7)\n')
  const { show, view } = start(path)
  const status = await until('an answer', () => view()?.status !== 'starting' && view()?.status)
  if ((process.features as { typescript?: unknown }).typescript) expect((await show(1))[5]).toBe(7)
  else
    expect([status, view()?.problem]).toEqual([
      'broken',
      expect.stringMatching(/does not run TypeScript: .*typed\.mjs/),
    ])
})

test('a mistake is corrected in the file: the module works at once, without a restart', async () => {
  const path = join(folder, 'mine.mjs')
  writeFileSync(path, SYNTAX)
  const { show, view, processor } = start(path)
  await until('the problem', () => view()?.status === 'broken')
  copyFileSync(join(programs, 'ways.mjs'), path)
  await until('the module', () => view()?.status === 'working', 4000)
  expect((await show(1))[5]).toBe(11)
  const { pid } = processor
  rmSync(path)
  await until('the problem', () => view()?.problem?.includes('there is no file'))
  copyFileSync(join(programs, 'ways.mjs'), path)
  await until('the module', () => view()?.status === 'working', 4000)
  expect(processor.pid).not.toBe(pid)
})

test('a module that ends its process, or lets it end, is named', async () => {
  const late = await startWorking('breaks-late.mjs')
  await late.show(7)
  await until('the problem', () => late.view()?.problem)
  expect(late.view()?.problem).toBe('breaks-late.mjs:5: RangeError: too late')
  await late.processor[Symbol.asyncDispose]()

  const quits = await startWorking('quits.cjs')
  expect((await quits.show(1))[0]).toBe(50)
  await quits.show(7)
  await until('the problem', () => quits.view()?.problem)
  expect(quits.view()?.problem).toBe('quits.cjs: it ended its process with code 0')
  await until('the next', () => quits.processor.pid)
  expect((await quits.show(1))[0]).toBe(50)
})

test('facts, events, zones, and what it prints; none of our secrets', async () => {
  process.env.NIGHTJAR_TEST_PASSWORD = 'secret'
  const { show, view, views, events, lines } = await startWorking('reports.mjs')
  delete process.env.NIGHTJAR_TEST_PASSWORD
  const told = views.length
  for (let i = 0; i < 50; i++) await show(0)
  await until('the newest facts', () => view()?.facts.count === 50)
  // At most two a second.
  expect(views.length - told).toBeLessThan(12)
  expect(view()?.facts).toMatchObject({
    camera: 'porch',
    zones: 'lawn',
    night: false,
    time: '2026-11-20T12:00:00.000Z',
  })
  expect(view()?.facts).toMatchObject({ secret: 'none', path: true })
  expect(lines.filter((line) => line.startsWith('info reports.mjs: picture'))).toHaveLength(20)
  expect(lines).toContain('info reports.mjs says too much: the rest is at level debug')

  await show(1)
  await until('the event', () => events.length > 0)
  expect(events).toEqual([{ name: 'seen', data: { what: 'a cat', score: 0.9 } }])
  const painted = await show(3)
  const at = (x: number, y: number): number | undefined => painted[(y * 64 + x) * 3]
  expect([at(15, 18), at(16, 18), at(47, 18), at(48, 18), at(30, 8), at(30, 9)]).toEqual([100, 200, 200, 100, 100, 200])
  await clock.sleep(1100)
  await show(4)
  expect(events).toHaveLength(11)
  await show(2)
  expect(view()?.problem).toMatch(
    /^reports\.mjs:\d+: there is no zone "lawm" \(did you mean "lawn"\?\); there are lawn$/,
  )
})

test('the edge view: edges glow, turquoise where they stand and amber where they lie, the rest is dark', async () => {
  const { processor } = await startWorking(resolve('addon/processors/edges.mjs'))
  const [width, height] = [160, 90]
  const data = new Uint8Array(width * height * 3).fill(40)
  for (let y = 20; y < 70; y++) data.fill(200, (y * width + 40) * 3, (y * width + 120) * 3)
  const edges = await processor.edit({ data, width, height }, Date.now())
  const at = (x: number, y: number): readonly number[] => [
    ...(edges ?? data).subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
  ]
  const [red = 0, green = 0, blue = 0] = at(40, 45)
  expect([green > 150, blue > 150, red < 120]).toEqual([true, true, true])
  const [warm = 0, , cold = 0] = at(80, 20)
  expect([warm > 200, cold < 120]).toEqual([true, true])
  for (const [x, y] of [
    [80, 45],
    [10, 10],
  ] as const)
    expect(Math.max(...at(x, y))).toBeLessThan(80)
})

test('count in zone: things that come and go in the zone, not outside of it, and no change of light', async () => {
  const { processor, view, events } = await startWorking(resolve('addon/processors/count-in-zone.mjs'))
  const [width, height] = [320, 180]
  const show = async (light: number, ...things: readonly (readonly [x: number, y: number])[]): Promise<number> => {
    let painted = 0
    for (let picture = 0; picture < 6; picture++) {
      const data = new Uint8Array(width * height * 3).fill(light)
      for (const [left, top] of things)
        for (let y = top; y < top + 40; y++) data.fill(10, (y * width + left) * 3, (y * width + left + 20) * 3)
      const shown = await processor.edit({ data, width, height }, Date.now())
      // The boxes: orange.
      painted = (shown ?? data).filter((value, i, all) => i % 3 === 0 && value === 255 && all[i + 1] === 159).length
    }
    return painted
  }
  const told = (): unknown[] => events.map((event) => (event as { data: { to: number } }).data.to)
  expect(await show(120)).toBe(0)
  expect(await show(120, [100, 60], [200, 70])).toBeGreaterThan(200)
  // Left of the zone.
  await show(120, [10, 60])
  await show(120, [100, 60], [10, 10])
  // The light is switched on.
  expect(await show(220)).toBe(0)
  expect(told()).toEqual([2, 0, 1, 0])
  expect(events[0]).toEqual({ name: 'things_changed', data: { zone: 'Lawn', from: 0, to: 2 } })
  await until('the fact', () => view()?.facts.things === 0)
})
