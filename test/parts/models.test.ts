// `nightjar models` against a web server that is slow, broken, wrong or gone, and from a folder.
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { modelsCommand } from '../../src/cli/models.js'
import { tellError } from '../../src/cli/program.js'
import { createSystemClock } from '../../src/lib/clock.js'
import { type FetchOptions, fetchFile } from '../../src/lib/fetch-file.js'
import { catalogue, conditionOf } from '../../src/vision/detectors/catalogue.js'
import type { ModelFile } from '../../src/vision/detectors/detector.js'
import { models, withoutFootage } from '../support/footage.js'

const clock = createSystemClock()
const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) & 255))
let serve: (response: ServerResponse, path: string) => void = () => {}
let server: Server
let address = ''
let folder = ''
beforeAll(async () => {
  server = createServer((request, response) => serve(response, request.url ?? '')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const bound = server.address()
  address = `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-models-'))
})
afterEach(() => rm(folder, { recursive: true }))

const file = (): ModelFile => ({
  ...{ name: 'tiny.onnx', url: `${address}/there/tiny.onnx`, bytes: content.length, licence: 'MIT', what: 'a test' },
  sha256: createHash('sha256').update(content).digest('hex'),
  recommended: true,
})
const pull = (options: Partial<FetchOptions> = {}, of = file()) => fetchFile(of, { folder, clock, ...options })

describe('pull', () => {
  it('fetches, tells how far it is, and leaves the whole file', async () => {
    serve = (response, path) => {
      if (path === '/there/tiny.onnx') response.writeHead(302, { location: '/elsewhere' }).end()
      else response.end(content)
    }
    const steps: number[] = []
    const to = join(folder, 'new', 'models')
    expect(await pull({ folder: to, onProgress: (bytes) => steps.push(bytes) })).toBe(join(to, 'tiny.onnx'))
    expect((await readFile(join(to, 'tiny.onnx'))).equals(content)).toBe(true)
    expect(await readdir(to)).toEqual(['tiny.onnx'])
    expect(steps).toEqual([...steps].sort((a, b) => a - b))
    expect(steps.at(-1)).toBe(content.length)
    expect(await conditionOf(to, file())).toBe('good')
  })

  it('waits for a slow one as long as something comes', async () => {
    serve = (response) => {
      for (let part = 0; part < 6; part++) {
        setTimeout(() => response.write(content.subarray(part * 50_000, (part + 1) * 50_000)), part * 100)
      }
      setTimeout(() => response.end(), 600)
    }
    await pull({ patience: 400 })
    expect((await readFile(join(folder, 'tiny.onnx'))).equals(content)).toBe(true)
  })

  it.each<[string, (response: ServerResponse) => void, string, RegExp]>([
    ['nothing comes', () => {}, 'timeout', /tiny\.onnx gave nothing for 0\.3 s$/],
    ['nothing comes any more', (response) => void response.write(content.subarray(0, 9)), 'timeout', /gave nothing/],
    ['404', (response) => void response.writeHead(404).end('no'), 'unavailable', /tiny\.onnx answers 404 Not Found$/],
    [
      'it is too short',
      (response) => void response.end(content.subarray(9)),
      'unavailable',
      /has 299991 bytes instead/,
    ],
    ['it is another one', (response) => void response.end(Buffer.from(content).fill(0)), 'unavailable', /checksum/],
    [
      'it breaks off',
      (response) => {
        response.writeHead(200, { 'content-length': content.length })
        response.write(content.subarray(0, 99_999), () => response.destroy())
      },
      'unavailable',
      /can't be read to its end/,
    ],
  ])('%s: a sentence, the old file stays and nothing half is left', async (_name, answer, code, message) => {
    await writeFile(join(folder, 'tiny.onnx'), 'the old one')
    serve = answer
    await expect(pull({ patience: 300 })).rejects.toMatchObject({
      name: 'Failure',
      code,
      message: expect.stringMatching(message),
    })
    expect(await readdir(folder)).toEqual(['tiny.onnx'])
    expect(await readFile(join(folder, 'tiny.onnx'), 'utf8')).toBe('the old one')
  })

  it('says that nobody answers', async () => {
    const gone = { ...file(), url: 'http://127.0.0.1:1/tiny.onnx' }
    await expect(pull({}, gone)).rejects.toMatchObject({
      message: expect.stringMatching(/^127\.0\.0\.1:1 can't be reached/),
    })
    const nowhere = { ...file(), url: 'http://nowhere.invalid/tiny.onnx' }
    await expect(pull({}, nowhere)).rejects.toMatchObject({
      code: 'unavailable',
      message: "nowhere.invalid can't be reached: its name is not known here (is there a network?)",
    })
  })

  it('takes it from a mirror or a folder', async () => {
    const asked: string[] = []
    serve = (response, path) => {
      asked.push(path)
      response.end(content)
    }
    await pull({ from: `${address}/mirror/` })
    expect(asked).toEqual(['/mirror/tiny.onnx'])
    const [from, to] = [join(folder, 'from'), join(folder, 'to')]
    await mkdir(from)
    await expect(pull({ from, folder: to })).rejects.toMatchObject({ message: expect.stringContaining('ENOENT') })
    await writeFile(join(from, 'tiny.onnx'), content)
    await pull({ from, folder: to })
    expect(await readdir(to)).toEqual(['tiny.onnx'])
  })

  it('ends when it is asked to', async () => {
    serve = (response) => void response.write('x')
    const stop = new AbortController()
    const pulling = pull({ signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) })
    await expect(pulling).rejects.toThrow('enough')
    expect(await readdir(folder)).toEqual([])
  })
})

describe('nightjar models', () => {
  const run = async (
    ...args: string[]
  ): Promise<{ code: number; lines: string[]; errors: string[]; bars: string[] }> => {
    const [lines, errors, bars]: string[][] = [[], [], []]
    const out = (line: string): void => void lines?.push(line)
    const progress = (line: string): void => void bars?.push(line)
    const command = modelsCommand({ data: () => folder, out, progress, stop: new AbortController().signal, clock })
    const code = await command.parseAsync(args, { from: 'user' }).then(
      () => 0,
      (error: unknown) => tellError(error, (line) => void errors?.push(line)),
    )
    return { code, lines: lines ?? [], errors: errors ?? [], bars: bars ?? [] }
  }

  it('list shows all of them, and pull says what is wrong with a name', async () => {
    const { code, lines } = await run('list')
    expect(code).toBe(0)
    for (const { name, url, licence } of catalogue) {
      expect(lines.find((line) => line.startsWith(name))).toContain('not there')
      expect(lines.join('\n')).toContain(url)
      expect(lines.join('\n')).toContain(licence)
    }
    expect(await run('pull', 'yunet_n_dynamc')).toMatchObject({
      code: 2,
      errors: ['nightjar: there is no model yunet_n_dynamc: did you mean yunet_n_dynamic.onnx?'],
    })
    expect((await run('verify')).lines).toEqual([`there is no model in ${join(folder, 'models')}`])
  })

  it('without a network is one sentence and exit code 1', async () => {
    const { code, errors } = await run('pull', '--from', 'http://nowhere.invalid')
    expect(code).toBe(1)
    expect(errors).toEqual([
      "nightjar: nowhere.invalid can't be reached: its name is not known here (is there a network?)",
    ])
  })

  it.skipIf(withoutFootage)('pull, list and verify with the real files, and one that is damaged', async () => {
    const pulled = await run('pull', '--from', models)
    expect(pulled.code).toBe(0)
    expect(await readdir(join(folder, 'models'))).toEqual(['picodet_s_320_coco.onnx', 'yunet_n_dynamic.onnx'])
    expect(pulled.bars.filter((line) => line.includes('100 %'))).toHaveLength(2)
    expect(pulled.bars.at(-1)).toBe('')
    expect((await run('pull', 'yunet_n_dynamic')).lines).toEqual(['yunet_n_dynamic.onnx is there already'])
    expect((await run('verify')).lines).toEqual(['picodet_s_320_coco.onnx  good', 'yunet_n_dynamic.onnx  good'])
    const path = join(folder, 'models', 'yunet_n_dynamic.onnx')
    const bytes = await readFile(path)
    bytes[1000] = (bytes[1000] ?? 0) ^ 1
    await writeFile(path, bytes)
    expect(await run('verify')).toMatchObject({
      code: 1,
      lines: expect.arrayContaining(['yunet_n_dynamic.onnx  damaged']),
    })
    expect((await run('list')).lines.find((line) => line.startsWith('yunet_n'))).toContain('DAMAGED')
    await run('pull', '--from', models)
    expect((await run('verify')).code).toBe(0)
  })
})
