// A house that only notes what is asked of it. `reboot` is set up there, `shutdown` is not.
import type { CameraFinder, House } from '../../src/camera/ports.js'
import { Failure } from '../../src/lib/failure.js'

export interface FakeHouse extends House, CameraFinder {
  /** Actions that were carried out, and `overwrite`. */
  readonly done: readonly string[]
}

export const createFakeHouse = (): FakeHouse => {
  const done: string[] = []
  return {
    done,
    version: '1.2.3',
    startedAt: 1_700_000_000_000,
    refusal: (action) => (action === 'shutdown' ? 'shutdown is not set up here' : null),
    act: async (action) => {
      done.push(action)
      return `${action} was done`
    },
    dumpConfig: () => 'data: /data\ncameras:\n  - id: porch\n',
    overwriteConfig: async () => {
      if (done.includes('overwrite')) throw new Failure('refused', 'no file holds this configuration')
      done.push('overwrite')
      return 'nightjar.yaml now says what is set'
    },
    discover: async () => [
      { name: 'Drive', model: 'DS-1', address: '192.0.2.7:80', camera: null },
      { name: 'Porch', model: 'DS-2', address: '192.0.2.8:80', camera: 'porch' },
    ],
    addCamera: async ({ name, address, username, password }) => {
      if (password === 'wrong') throw new Failure('refused', 'the camera does not accept this user and password')
      done.push(`add ${name} ${address} ${username} ${password}`)
      return { id: 'drive', sentence: 'restart Nightjar to see it', yaml: null }
    },
    problems: () => ({}),
    findings: async () => [
      { about: 'node', status: 'ok', what: 'Node 24' },
      { about: 'ffmpeg', status: 'bad', what: 'ffmpeg is not there', todo: 'install it: apt-get install ffmpeg' },
    ],
  }
}
