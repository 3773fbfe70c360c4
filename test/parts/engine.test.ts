// The real engine: its child process (the built one), real models on real pictures with known truth (their READMEs),
// and what it does when the child is killed, stopped or given nonsense.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Detection } from '../../src/camera/objects.js'
import { likeness } from '../../src/lib/box.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { silentLog } from '../../src/lib/log.js'
import type { JobHealth } from '../../src/lib/supervise.js'
import type { OwnModel } from '../../src/vision/detectors/onnx.js'
import { type Engine, type EngineDeps, type LookRequest, startEngine } from '../../src/vision/engine/engine.js'
import { footage, models, withoutFootage } from '../support/footage.js'
import { tinyYolo } from '../support/tiny-onnx.js'

const run = promisify(execFile)

let folder = ''
let engine: Engine | undefined
let health: JobHealth[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-engine-'))
  health = []
})
afterEach(async () => {
  await engine?.[Symbol.asyncDispose]()
  engine = undefined
  await rm(folder, { recursive: true })
})

const start = async (
  config: Partial<EngineDeps['config']>,
  labels: string[],
  rest: Partial<EngineDeps> = {},
): Promise<Engine> => {
  engine = await startEngine({
    config: { engine: 'auto', models: folder, own: null, ...config },
    labels,
    clock: createSystemClock(),
    log: silentLog,
    onHealth: (now) => void health.push(now),
    ...rest,
  })
  return engine
}
const until = (status: JobHealth['status']) =>
  vi.waitFor(() => expect(health.at(-1)?.status).toBe(status), { timeout: 30_000, interval: 20 })
const started = async (...args: Parameters<typeof start>): Promise<Engine> => {
  const made = await start(...args)
  await until('working')
  return made
}

interface Picture {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}
const pictureOf = async (name: string, width: number, height: number, at = 0, before = ''): Promise<Picture> => {
  const from = at > 0 ? ['-ss', String(at)] : []
  const args = ['-v', 'error', '-threads', '1', ...from, '-i', footage(name), '-frames:v', '1']
  const { stdout } = await run(
    'ffmpeg',
    [...args, '-vf', `${before}scale=${width}:${height}`, '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-'],
    { encoding: 'buffer', maxBuffer: 1 << 24 },
  )
  return { data: stdout, width, height }
}
const plain = (luma: number, blue: number, red: number, side = 64): Picture => {
  const data = new Uint8Array(side * side * 1.5)
  data.fill(luma, 0, side * side)
  data.fill(blue, side * side, side * side * 1.25)
  data.fill(red, side * side * 1.25)
  return { data, width: side, height: side }
}
const RED = plain(81, 90, 240)

const sweep = (...labels: string[]): LookRequest => ({ windows: [], sweep: true, labels, score: {} })
/** Left upper corner and size in pixels. */
const inPixels = ({ box }: Detection, { width, height }: Picture): number[] =>
  [box.x * width, box.y * height, box.width * width, box.height * height].map(Math.round)
const isGone = (pid: number): boolean => !existsSync(`/proc/${pid}`)

describe.skipIf(withoutFootage)('with the models of the catalogue', () => {
  it('finds the walkers by PicoDet, each once', async () => {
    const eyes = await started({ models }, ['person'])
    expect(eyes.describe()).toEqual({ detectors: ['PicoDet'], why: 'person by PicoDet' })
    for (const at of [9, 11, 14]) {
      const people = await eyes.look(await pictureOf('walkers.mp4', 640, 360, at), sweep('person'))
      expect(people.length).toBeGreaterThanOrEqual(5)
      expect(people.length).toBeLessThanOrEqual(8)
      for (const { label, score } of people) expect([label, score > 0.45 && score < 1]).toEqual(['person', true])
    }
  })

  it('finds far people in windows, 20 to 30 pixels tall, and tells them once with the sweep', async () => {
    const eyes = await started({ models }, ['person'])
    const near = await eyes.look(await pictureOf('walkers.mp4', 640, 360, 11), sweep('person'))
    const small = 'scale=256:144,pad=640:360:192:108:color=0x606060,'
    const far = await pictureOf('walkers.mp4', 640, 360, 11, small)
    const truth = near
      .filter(({ score }) => score > 0.6)
      .map(({ box: { x, y, width, height } }) => ({
        x: 0.3 + 0.4 * x,
        y: 0.3 + 0.4 * y,
        width: 0.4 * width,
        height: 0.4 * height,
      }))
    expect(truth.length).toBeGreaterThanOrEqual(5)
    for (const box of truth) {
      const found = await eyes.look(far, { ...sweep('person'), windows: [box], sweep: false })
      expect(found.filter((one) => likeness(one.box, box) > 0.4)).toHaveLength(1)
    }
    const both = await eyes.look(far, { ...sweep('person'), windows: truth.slice(0, 3) })
    for (const box of truth.slice(0, 3)) {
      expect(both.filter((one) => likeness(one.box, box) > 0.4)).toHaveLength(1)
    }
  })

  it('finds exactly one face in each photograph by YuNet, and the people by PicoDet in the same look', async () => {
    const eyes = await started({ models }, ['person', 'face'])
    for (const [name, width, height, x, y] of [
      ['messi5.jpg', 548, 342, 226, 93],
      ['basketball1.png', 640, 480, 72, 92],
    ] as const) {
      const picture = await pictureOf(name, width, height)
      const found = await eyes.look(picture, sweep('face', 'person'))
      const faces = found.filter(({ label }) => label === 'face').map((face) => inPixels(face, picture))
      expect(faces).toHaveLength(1)
      expect(Math.abs((faces[0]?.[0] ?? 0) - x)).toBeLessThan(6)
      expect(Math.abs((faces[0]?.[1] ?? 0) - y)).toBeLessThan(6)
      expect(found.filter(({ label, score }) => label === 'person' && score > 0.8).length).toBeGreaterThan(0)
    }
  })

  it('finds the faces with the other YuNet too', async () => {
    await copyFile(join(models, 'face_detection_yunet_2023mar.onnx'), join(folder, 'face_detection_yunet_2023mar.onnx'))
    const eyes = await started({}, ['face'])
    expect(eyes.describe().why).toBe('face by YuNet')
    const picture = await pictureOf('messi5.jpg', 548, 342)
    expect((await eyes.look(picture, sweep('face'))).map((face) => inPixels(face, picture)[0])).toEqual([
      expect.closeTo(226, -1),
    ])
  })

  it('loads what only a later look asks for', async () => {
    const eyes = await started({ models }, ['face'])
    const found = await eyes.look(await pictureOf('messi5.jpg', 548, 342), {
      ...sweep('person', 'sports ball'),
      score: { 'sports ball': 0.3, person: 0.6 },
    })
    expect(found.map(({ label }) => label).sort()).toEqual(['person', 'sports ball'])
  })
})

it.skipIf(withoutFootage)('without a model, OpenCV finds a face and people, and it says why', async () => {
  const eyes = await started({}, ['person', 'face'])
  expect(eyes.describe()).toEqual({
    detectors: ['OpenCV'],
    why: `person and face by OpenCV, because PicoDet and YuNet have no file in ${folder} ("nightjar models pull" fetches it)`,
  })
  const photo = await pictureOf('messi5.jpg', 548, 342)
  const [face, ...others] = await eyes.look(photo, sweep('face'))
  expect(others).toEqual([])
  expect(face && inPixels(face, photo)).toEqual([226, 94, 37, 37].map((value) => expect.closeTo(value, -1)))
  const walkers = await pictureOf('walkers.mp4', 640, 360, 11)
  expect((await eyes.look(walkers, sweep('person'))).length).toBeGreaterThanOrEqual(4)
})

const own = (path: string, labels_path: string, size = 64): OwnModel => ({
  ...{ path, labels_path, format: 'auto', values: '0..1', order: 'rgb', size, keep_shape: true, score: 0.5 },
})
const ownModel = async (size: number | 'side' = 64): Promise<OwnModel> => {
  const [path, labels] = [join(folder, 'own.onnx'), join(folder, 'own.txt')]
  await writeFile(path, tinyYolo([32, 16, 16, 8], size))
  await writeFile(labels, 'red\ngreen\nblue\n')
  return own(path, labels)
}

describe("the user's own model", () => {
  it.each([64, 'side'] as const)('of size %s says what it sees', async (size) => {
    const eyes = await started({ engine: 'onnx', own: await ownModel(size) }, ['red', 'blue'])
    expect(eyes.describe()).toEqual({ detectors: ['your own model'], why: 'red and blue by your own model' })
    const found = await eyes.look(RED, sweep('red', 'green', 'blue'))
    expect(found).toEqual([
      {
        label: 'red',
        score: expect.closeTo(1, 1),
        box: { x: 0.375, y: 0.1875, width: 0.25, height: 0.125 },
      },
    ])
    // A blue one in its colours' other order is red.
    expect((await eyes.look(plain(41, 240, 110), sweep('red', 'blue'))).map(({ label }) => label)).toEqual(['blue'])
  })

  it('that is none is a problem with a sentence, and right again once it is one', async () => {
    const good = await ownModel()
    const bytes = tinyYolo([32, 16, 16, 8], 64)
    await writeFile(good.path ?? '', bytes.subarray(0, 60))
    const eyes = await start({ engine: 'onnx', own: good }, ['red'])
    await until('broken')
    expect(health.at(-1)).toMatchObject({
      problem: expect.stringContaining(`your own model can't be used from ${good.path}: `),
    })
    await expect(eyes.look(RED, sweep('red'))).rejects.toMatchObject({ name: 'Failure', code: 'unavailable' })
    await writeFile(good.path ?? '', bytes)
    await until('working')
    expect(await eyes.look(RED, sweep('red'))).toHaveLength(1)
  })

  it('is taken as soon as it is there', async () => {
    const later = await ownModel()
    const path = later.path ?? ''
    await rm(path)
    const eyes = await started({ own: later }, ['red', 'person'], { limits: { again: 100 } })
    expect(eyes.describe().why).toBe(
      `person by OpenCV, because PicoDet has no file in ${folder} ("nightjar models pull" fetches it); nothing here finds red: your own model has no file ${path}`,
    )
    await writeFile(path, tinyYolo([32, 16, 16, 8], 64))
    await vi.waitFor(async () => expect(await eyes.look(RED, sweep('red'))).toHaveLength(1), {
      timeout: 30_000,
      interval: 100,
    })
  })

  it('without its labels file is refused at once', async () => {
    const { path } = await ownModel()
    const start = startEngine({
      config: { engine: 'onnx', models: folder, own: own(path ?? '', join(folder, 'none.txt')) },
      labels: ['red'],
      clock: createSystemClock(),
      log: silentLog,
    })
    await expect(start).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('none.txt') })
  })
})

describe('the child', () => {
  it('that is killed costs the look that runs; the next one after its start is right', async () => {
    const eyes = await started({ engine: 'onnx', own: await ownModel() }, ['red'])
    const first = eyes.pid as number
    process.kill(first, 'SIGSTOP')
    const lost = eyes.look(RED, sweep('red'))
    const waited = eyes.look(RED, sweep('red'))
    process.kill(first, 'SIGKILL')
    await expect(lost).rejects.toMatchObject({ name: 'Failure', code: 'unavailable' })
    await expect(waited).rejects.toMatchObject({ name: 'Failure', code: 'unavailable' })
    await until('broken')
    expect(health.at(-1)).toMatchObject({ problem: 'the detection engine was ended by SIGKILL' })
    await until('working')
    expect(eyes.pid).not.toBe(first)
    expect(await eyes.look(RED, sweep('red'))).toHaveLength(1)
  })

  it('that hangs is ended after its time', async () => {
    const limits = { first: 2000, look: 2000 }
    const eyes = await started({ engine: 'onnx', own: await ownModel() }, ['red'], { limits })
    const first = eyes.pid as number
    process.kill(first, 'SIGSTOP')
    await expect(eyes.look(RED, sweep('red'))).rejects.toMatchObject({
      code: 'timeout',
      message: 'the detection engine gave no answer for 2 s',
    })
    await until('broken')
    await until('working')
    expect(isGone(first)).toBe(true)
    expect(await eyes.look(RED, sweep('red'))).toHaveLength(1)
  })

  it('is gone after dispose, also during its start, and with it what waits', async () => {
    const eyes = await started({ engine: 'onnx', own: await ownModel() }, ['red'])
    const pid = eyes.pid as number
    process.kill(pid, 'SIGSTOP')
    const lost = eyes.look(RED, sweep('red'))
    lost.catch(() => {})
    await eyes[Symbol.asyncDispose]()
    expect(isGone(pid)).toBe(true)
    await expect(lost).rejects.toMatchObject({ code: 'unavailable' })
    await expect(eyes.look(RED, sweep('red'))).rejects.toMatchObject({ code: 'unavailable' })
    const second = await start({ engine: 'onnx', own: await ownModel() }, ['red'])
    await second[Symbol.asyncDispose]()
    expect(second.pid).toBeUndefined()
  })
})

it('a file that is not what the catalogue says is not used, and that is said', async () => {
  await mkdir(join(folder, 'models'))
  await writeFile(join(folder, 'models', 'yunet_n_dynamic.onnx'), 'half of it')
  const eyes = await start({ engine: 'yunet', models: join(folder, 'models') }, ['face'])
  await until('broken')
  expect(health.at(-1)).toMatchObject({
    problem: `nothing here finds face: YuNet has a damaged file, ${join(folder, 'models', 'yunet_n_dynamic.onnx')} ("nightjar models pull" fetches it again)`,
  })
  expect(eyes.describe().detectors).toEqual([])
})
