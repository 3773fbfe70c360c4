// Where MediaMTX is on this machine, and whether it is one that we can talk to.
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { Failure, sentenceOf } from '../../../lib/failure.js'
import { startChild } from '../../../lib/process.js'

export interface MediamtxProgram {
  readonly path: string
  /** `v1.20.1`, as it says itself. */
  readonly version: string
}

export interface WhereToLook {
  /** `mediamtx.path`: then it is this one or none. */
  readonly path: string | null
  /** The data folder. */
  readonly data: string
  /** The environment's PATH. */
  readonly search?: string | undefined
}

/** The first whose API speaks as ours does. */
export const OLDEST = [1, 20] as const
const GET_IT = '`nightjar mediamtx pull` fetches it'

/** Where `nightjar mediamtx pull` puts it. */
export const pulledProgram = (data: string): string => join(data, 'mediamtx', 'mediamtx')

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

const askVersion = async (path: string): Promise<string> => {
  const child = startChild({ name: 'MediaMTX', command: path, args: ['--version'], bareEnv: true })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const late = setTimeout(() => void child.stop(0), 5000)
  try {
    const { code } = await child.exited
    const version = Buffer.concat(chunks).toString('utf8').trim()
    if (code !== 0 || !/^v?\d+\.\d+/.test(version)) throw new Failure('unavailable', `${path} is no MediaMTX`)
    return version
  } finally {
    clearTimeout(late)
  }
}

/** Versions that say nothing of themselves (built by hand) are taken. */
export const isTooOld = (version: string): boolean => {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? []
  if (major === undefined || /^v?0\.0\.0/.test(version)) return false
  return Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1])
}

/** A Failure 'unavailable', with what to do, when there is none that fits. */
export const findMediamtx = async ({
  path,
  data,
  search = process.env.PATH,
}: WhereToLook): Promise<MediamtxProgram> => {
  const places =
    path === null
      ? [
          pulledProgram(data),
          ...(search ?? '')
            .split(delimiter)
            .filter(Boolean)
            .map((folder) => join(folder, 'mediamtx')),
        ]
      : [path]
  for (const place of places) {
    if (!(await isExecutable(place))) continue
    const version = await askVersion(place).catch((cause: unknown) => {
      throw new Failure('unavailable', `${place} can't be used: ${sentenceOf(cause)}`, { cause })
    })
    if (isTooOld(version)) {
      const least = `${OLDEST.join('.')} or newer is needed (${GET_IT})`
      throw new Failure('unavailable', `MediaMTX ${version} at ${place} is too old: ${least}`)
    }
    return { path: place, version }
  }
  throw new Failure(
    'unavailable',
    path === null
      ? `MediaMTX is not on this machine (${GET_IT})`
      : `mediamtx.path: there is no program at ${path} (${GET_IT})`,
  )
}
