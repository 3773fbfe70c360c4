// The sections `line` and `system`: what they are without and with a word, and what a person reads when they are wrong.
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import type { Config } from '../../src/config/schema.js'

const load = (text: string, env: NodeJS.ProcessEnv = {}): Promise<Config> =>
  loadConfig({ path: 'nightjar.yaml', text: `cameras: [{id: porch, source: {kind: test-pattern}}]\n${text}\n`, env })

describe('the line protocol', () => {
  it('is off without its section, and for this machine only with an empty one', async () => {
    expect((await load('')).line).toBeUndefined()
    expect((await load('line: {}')).line).toEqual({ host: '127.0.0.1', port: 9999, token: null })
    expect((await load('line: {host: localhost}')).line?.token).toBeNull()
  })

  it('takes its token from the environment', async () => {
    const { line } = await load('line: {host: 0.0.0.0}', { NIGHTJAR_LINE_TOKEN: 'a-long-enough-token' })
    expect(line?.token).toBe('a-long-enough-token')
  })
})

describe('the machine', () => {
  it('is left alone without commands', async () => {
    expect((await load('')).system).toEqual({ reboot_command: [], shutdown_command: [] })
  })
})

describe('a wrong one', () => {
  it.each([
    ['line: {port: 8080}', 'line.port: 8080 is also http.port: each needs its own (line 2)'],
    ['line: {host: 0.0.0.0}', 'line.token: is missing: line.host 0.0.0.0 lets other machines in (line 2)'],
    ['line: {host: "::"}', 'line.token: is missing: line.host :: lets other machines in (line 2)'],
    ['line: {host: 127.0.0.1.example.com}', 'line.token: is missing: line.host 127.0.0.1.example.com lets other'],
    ['line: {token: secret}', 'line.token: must be 12 to 200 letters without spaces (line 2)'],
    ['line: {token: "two words in it"}', 'line.token: must be 12 to 200 letters without spaces (line 2)'],
    [
      'system: {reboot_command: reboot}',
      'system.reboot_command: must be a list: a program, then its arguments, all text, not "reboot" (line 2)',
    ],
    ['system: {shutdown_command: [""]}', 'system.shutdown_command: must be a list: a program'],
  ])('%s is told with its place', async (text, sentence) => {
    await expect(load(text)).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining(sentence) })
  })
})
