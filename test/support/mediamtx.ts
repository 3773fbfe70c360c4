// MediaMTX for tests: the real one where it is on the PATH, else the stand-in that speaks as it was recorded. The same
// tests run with both.
import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import type { MediamtxConfig } from '../../src/media/gateway/mediamtx/options.js'

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const real = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'mediamtx'))
  .find(isProgram)

export const standIn = resolve('test/support/programs/mediamtx/mediamtx.mjs')

export const mediamtxProgram = real ?? standIn

/** For the name of a test file: which of them it is. */
export const whichMediamtx = real
  ? `MediaMTX ${execFileSync(real, ['--version'], { encoding: 'utf8' }).trim()}`
  : 'a stand-in for MediaMTX'

export const mediamtxConfig: MediamtxConfig = {
  ...{ path: mediamtxProgram, api: null, api_username: null, api_password: null },
  ...{ webrtc: false, webrtc_port: 8189, webrtc_hosts: [] },
}
