#!/usr/bin/env node
// Stands in for MediaMTX in the tests: `mediamtx --version` and `mediamtx FILE`. It speaks the control API as recorded in
// shared/mediamtx/transcript.json, relays RTSP with the pieces of our built-in gateway, and pulls with ffmpeg.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { startApi } from './api.mjs'
import { createHouse } from './house.mjs'
import { startWhep } from './whep.mjs'

const recorded = JSON.parse(
  readFileSync(new URL('../../../../../shared/mediamtx/transcript.json', import.meta.url), 'utf8'),
)
const answerTo = (path, fits = () => true) =>
  structuredClone(
    recorded.find(({ request, response }) => request?.path === path && response.status === 200 && fits(response.body))
      .response.body,
  )
const { name: _name, ...path } = answerTo('/v3/config/paths/list', ({ items }) => items.length > 0).items[0]
const known = {
  path: { ...path, source: 'publisher' },
  info: answerTo('/v3/info'),
  global: answerTo('/v3/config/global/get'),
  runtime: answerTo('/v3/paths/get/porch', ({ available }) => !available),
  session: answerTo('/v3/rtspsessions/list').items[0],
  connection: answerTo('/v3/rtspconns/list').items[0],
}

const say = (level, text) =>
  console.log(`${new Date().toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ')} ${level} ${text}`)
const die = (text) => {
  say('ERR', text)
  process.exit(1)
}
const addressOf = (text) => {
  const [, host, port] = /^(.*):(\d+)$/.exec(text)
  return { host: host.replace(/^\[|\]$/g, '') || undefined, port: Number(port) }
}

const [file] = process.argv.slice(2)
if (file === '--version') {
  console.log(known.info.version.trim())
  process.exit(0)
}
const given = parse(readFileSync(file, 'utf8'))
const { pathDefaults = {}, paths = {}, ...own } = given
const strange = Object.keys(own).find((key) => !(key in known.global))
if (strange) die(`json: unknown field "${strange}"`)
const global = { ...known.global, rtsp: true, webrtc: true, ...own }
// Only what the file and the recording hold is shown; the defaults of all paths are kept beside it.
Object.defineProperty(global, 'pathDefaults', { value: pathDefaults, enumerable: false })
const house = createHouse({ global, known, say })
try {
  say('INF', `MediaMTX ${known.info.version.trim()} (a stand-in)`)
  await house.startRtsp(addressOf(global.rtspAddress).port, addressOf(global.rtspAddress).host)
  for (const [name, config] of Object.entries(paths ?? {})) {
    house.configs.set(name, { ...known.path, ...pathDefaults, ...config, name })
    house.configure(name, house.configs.get(name))
  }
  if (global.webrtc) await startWhep({ house, ...addressOf(global.webrtcAddress) })
  if (global.api) await startApi({ house, known, ...addressOf(global.apiAddress) })
} catch (error) {
  die(error.message)
}
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0))
