// `nightjar mediamtx pull`: fetches the release of MediaMTX that Nightjar was tried with into the data folder, where it is
// found by itself. Its checksum must be the published one, or the one that the user says.
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Command } from 'commander'
import type { Clock } from '../lib/clock.js'
import { Failure } from '../lib/failure.js'
import { fetchFile, fetchText } from '../lib/fetch-file.js'
import { describeEnd, startChild } from '../lib/process.js'
import { findMediamtx, pulledProgram } from '../media/gateway/mediamtx/program.js'
import { findSum, type Machine, releaseFor } from '../media/gateway/mediamtx/release.js'
import { formatBar } from './progress-bar.js'

export interface MediamtxCommandDeps {
  /** The data folder of this command line. */
  data(command: Command): string | Promise<string>
  out(line: string): void
  /** Writes over the line before it, on a terminal; null where there is none. */
  readonly progress: ((line: string) => void) | null
  readonly stop: AbortSignal
  readonly clock: Clock
  readonly machine: Machine
}

interface PullOptions {
  readonly from?: string
  readonly sha256?: string
}

export const thisMachine = (): Machine => {
  const { arm_version: arm } = process.config.variables as { readonly arm_version?: string | number }
  return { platform: process.platform, arch: process.arch, armVersion: arm === undefined ? undefined : Number(arm) }
}

const unpack = async (archive: string, folder: string): Promise<string> => {
  const args = ['--extract', '--gzip', '--file', archive, '--directory', folder, '--no-same-owner', 'mediamtx']
  const child = startChild({ name: 'tar', command: 'tar', args })
  child.stdout.resume()
  const end = await child.exited
  if (end.code !== 0) throw new Failure('storage', `${archive} can't be unpacked: ${describeEnd('tar', end)}`)
  return join(folder, 'mediamtx')
}

const pull = async (place: string, { from, sha256 }: PullOptions, deps: MediamtxCommandDeps): Promise<string> => {
  const { clock, stop: signal, out, progress } = deps
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256))
    throw new Failure('invalid', '--sha256 must be the 64 digits and letters that sha256sum prints')
  const release = releaseFor(deps.machine)
  const { name, url } = release
  const sum = sha256?.toLowerCase() ?? findSum(await fetchText(release.sums, { from, signal }), name)
  if (!progress) out(`fetching ${name}`)
  const folder = dirname(place)
  const onProgress = (so: number, total: number | null): void => progress?.(formatBar(name, so, total))
  const archive = await fetchFile({ name, url, sha256: sum }, { folder, from, clock, signal, onProgress }).finally(() =>
    progress?.(''),
  )
  const desk = await mkdtemp(join(folder, 'unpacked-'))
  try {
    const program = await unpack(archive, desk)
    await chmod(program, 0o755)
    const { version } = await findMediamtx({ path: program, data: folder })
    // One that runs keeps its own file until it ends.
    await rename(program, place)
    return `${place} is there: MediaMTX ${version}, its checksum is ${sha256 === undefined ? 'the published one' : 'yours'} (sha256 ${sum})`
  } finally {
    await Promise.all([rm(desk, { recursive: true, force: true }), rm(archive, { force: true })])
  }
}

export const mediamtxCommand = (deps: MediamtxCommandDeps): Command => {
  const group = new Command('mediamtx').description('fetch MediaMTX, the RTSP server with WebRTC and more')
  group
    .command('pull')
    .option('--from <place>', 'a mirror: an address or a folder with the archive and checksums.sha256')
    .option('--sha256 <sum>', 'what the archive must be, instead of the published checksum')
    .description('fetch the release for this machine into the data folder; its checksum is checked')
    .action(async (options: PullOptions, command: Command) => {
      deps.out(await pull(pulledProgram(await deps.data(command)), options, deps))
    })
  return group
}
