// The whole house and `nc`, with the lines that people have in their scripts.
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Finding } from '../../src/camera/ports.js'
import { type Nightjar, startNightjar, until } from '../support/nightjar.js'

const folder = mkdtempSync(join(tmpdir(), 'nightjar-line-'))
const path = join(folder, 'nightjar.yaml')
const TEXT = `# Our house
data: data
http: {port: 0, host: 127.0.0.1}
rtsp: {port: 0, host: 127.0.0.1, gateway: builtin}
line: {port: 0}
users: [{name: ada, role: admin, password: ada-password}]
cameras:
  - id: porch # at the door
    source: {kind: test-pattern, width: 640, height: 360}
    recording: {on: []}
`
let nightjar: Nightjar

beforeAll(async () => {
  writeFileSync(path, TEXT)
  nightjar = await startNightjar(['serve', '--config', path], folder)
  await until('video', async () => (await nc('echo "health" | nc raspberrypi 9999')).includes('porch online'))
})
afterAll(async () => {
  await nightjar[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** A line of a script, at our address. */
const nc = async (script: string): Promise<string> => {
  const [host = '', port = ''] = nightjar.addresses.line?.split(':') ?? []
  const { stdout } = await promisify(execFile)('sh', ['-c', script.replace('raspberrypi 9999', `${host} ${port}`)])
  return stdout
}
const asAdmin = { headers: { authorization: `Basic ${Buffer.from('ada:ada-password').toString('base64')}` } }

it('takes the ten lines of the Python service as they are', async () => {
  const answers = await Promise.all(
    [
      'echo "save png" | nc raspberrypi 9999',
      'echo "pastStack png" | nc raspberrypi 9999',
      'echo "night_level" | nc raspberrypi 9999',
      'echo "health" | nc raspberrypi 9999',
      'echo "set camera.framerate 5" | nc raspberrypi 9999',
      'echo "set night.bright_threshold 45" | nc raspberrypi 9999',
      'echo "dump_cam_controls" | nc raspberrypi 9999',
      'echo "dump_cam_exposure" | nc raspberrypi 9999',
    ].map(nc),
  )
  expect(answers).toEqual([
    expect.stringMatching(/^ok porch\/\S+\.png 640x360 \d+ bytes\n$/),
    expect.stringMatching(/^ok porch\/\S+\.png 640x360 \d+ bytes\n$/),
    expect.stringMatching(/^ok porch night_level \d+ (day|night) /),
    expect.stringMatching(/^ok nightjar \S+ up \d+ s, porch online/),
    expect.stringMatching(/^error refused: camera\.framerate can't be changed .* source\.fps of porch/),
    'ok porch night.bright_threshold 45\n',
    expect.stringMatching(/^---\ncamera: porch\nsource:\n {2}kind: test-pattern\n/),
    expect.stringMatching(/^---\ncamera: porch\nlight:\n/),
  ])
  const picture = answers[0]?.split(' ')[1] ?? ''
  expect(
    readFileSync(join(folder, 'data', picture))
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG')
})

it('dumps a configuration that can be checked, without its secrets', async () => {
  const dump = await nc('echo "dump_config" | nc raspberrypi 9999')
  expect(dump).toContain('bright_threshold: 45')
  expect(dump).not.toContain('ada-password')
  const file = join(folder, 'dump.yaml')
  writeFileSync(file, dump)
  const { stdout } = await promisify(execFile)(process.execPath, ['dist/main.js', 'check-config', file])
  expect(stdout).toContain('dump.yaml is fine. Cameras: porch (test-pattern)')
})

it('writes what is live into the file', async () => {
  expect(await nc('echo "overwrite_config" | nc raspberrypi 9999')).toBe(`ok ${path} now says what is set\n`)
  expect(readFileSync(path, 'utf8')).toBe(`${TEXT}    night:\n      bright_threshold: 45\n`)
})

it('is looked at by the doctor while it runs', async () => {
  const findings = await nightjar.json<Finding[]>('/api/doctor', asAdmin)
  expect(findings.filter(({ status }) => status === 'bad')).toEqual([])
  const port = nightjar.addresses.line?.split(':')[1]
  expect(findings.map(({ what }) => what)).toEqual(
    expect.arrayContaining([`line: listens on port ${port}`, `${join(folder, 'data')} can be written`]),
  )
})

it('ends when it is told twice, with its recording closed', async () => {
  expect(await nc('echo "record start" | nc -N raspberrypi 9999')).toBe('ok porch records (manual)\n')
  await until('the recording to be on the disk', () =>
    readdirSync(join(folder, 'data'), { recursive: true }).some((name) => /\.mp4/.test(String(name))),
  )
  expect(await nc('echo "exit" | nc -N raspberrypi 9999')).toContain('not done yet')
  expect(await nc('echo "exit" | nc -N raspberrypi 9999')).toBe('ok Nightjar ends; 1 recording closed\n')
  expect(await nightjar.exited).toBe(0)
  const [video] = readdirSync(join(folder, 'data'), { recursive: true }).filter((name) => /\.mp4$/.test(String(name)))
  const { stdout } = await promisify(execFile)('ffprobe', [
    ...['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0'],
    join(folder, 'data', String(video)),
  ])
  expect(Number(stdout)).toBeGreaterThan(0)
})
