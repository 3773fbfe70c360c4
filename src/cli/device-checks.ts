// The doctor's looks at what a machine's own cameras need: device files and the right to use them, udev, and a shared
// memory that programs may run in. What one camera can do is camera-checks.ts's.
import { constants } from 'node:fs'
import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bad, type Look, ok, warn } from './look.js'

export interface DeviceRequest {
  /** The kinds of source that are configured. */
  readonly kinds: ReadonlySet<string>
  /** `/`; elsewhere in tests. */
  readonly root: string
}

const may = (path: string, how: number): Promise<boolean> =>
  access(path, how).then(
    () => true,
    () => false,
  )

interface Found {
  readonly all: readonly string[]
  readonly closed: readonly string[]
}

/** Device files, and those of them that we may not use. */
const devices = async (root: string, folder: string, name: RegExp): Promise<Found> => {
  const names = await readdir(join(root, folder)).catch(() => [])
  const all = names.filter((one) => name.test(one)).map((one) => `/${folder}/${one}`)
  const open = await Promise.all(all.map((path) => may(join(root, path), constants.R_OK | constants.W_OK)))
  return { all: all.sort(), closed: all.filter((_, index) => !open[index]) }
}

/** A hint that helps bare metal and containers alike. */
const RIGHTS = 'add the user to the group "video" (usermod -aG video nightjar), in a container with group_add'

const judge = (what: string, { all, closed }: Found, missing: Look | null): Look[] => {
  if (all.length === 0) return missing ? [missing] : []
  return closed.length > 0 ? [bad(`${closed.join(', ')} can't be opened`, RIGHTS)] : [ok(`${what}: ${all.join(', ')}`)]
}

/** Whether what lies on /dev/shm may be run: MediaMTX's camera program does. Null where it can't be known. */
const shmRuns = async (root: string): Promise<boolean | null> => {
  const mounts = await readFile(join(root, 'proc/mounts'), 'utf8').catch(() => '')
  const options = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .findLast(([, place]) => place === '/dev/shm')?.[3]
  return options === undefined ? null : !options.split(',').includes('noexec')
}

const piNeeds = async (root: string): Promise<Look[]> => {
  const media = await devices(root, 'dev', /^media\d+$/)
  const heaps = await devices(root, 'dev/dma_heap', /./)
  const noCamera = bad(
    'There is no /dev/media*: the Raspberry Pi sees no camera',
    'check the cable and camera_auto_detect=1 in /boot/firmware/config.txt; in a container pass /dev/media* on',
  )
  const noHeap = bad(
    'There is no /dev/dma_heap: libcamera has no memory for pictures',
    'in a container pass /dev/dma_heap on',
  )
  const udev = (await may(join(root, 'run/udev'), constants.R_OK))
    ? ok('/run/udev is there')
    : bad('/run/udev is not there: libcamera finds no camera', 'in a container mount /run/udev read-only')
  const shm: Look[] =
    (await shmRuns(root)) === false
      ? [
          warn(
            "/dev/shm is mounted noexec: MediaMTX's own reading of the Pi's camera can't start there",
            'docker run --tmpfs /dev/shm:exec; rpicam-vid works without',
          ),
        ]
      : []
  return [...judge('Media devices', media, noCamera), ...judge('Memory for pictures', heaps, noHeap), udev, ...shm]
}

export const checkDevices = async ({ kinds, root }: DeviceRequest): Promise<Look[]> => {
  const video = await devices(root, 'dev', /^video\d+$/)
  const none = bad(
    'There is no /dev/video*: no USB camera is seen',
    'is it plugged in? In a container pass /dev/video0 on (devices:)',
  )
  // Who has no camera of this machine configured is not told about closed ones.
  const local = kinds.has('usb') || kinds.has('rpi')
  const found: Found = local ? video : { ...video, closed: [] }
  return [
    ...judge('Cameras of this machine', found, kinds.has('usb') ? none : null),
    ...(kinds.has('rpi') ? await piNeeds(root) : []),
  ]
}
