// What the doctor says of a machine's own cameras, on machines made of files.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkDevices } from '../../src/cli/device-checks.js'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nightjar-devices-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const put = (...files: readonly string[]): void => {
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), '')
  }
}
const look = async (...kinds: readonly string[]): Promise<string[]> =>
  (await checkDevices({ kinds: new Set(kinds), root })).map(({ status, what }) => `${status} ${what}`)

const PI = ['dev/video0', 'dev/media0', 'dev/media1', 'dev/dma_heap/linux,cma', 'run/udev/control']

describe('the doctor', () => {
  it('has nothing to say where there are no cameras and none is wanted', async () => {
    expect(await look('rtsp')).toEqual([])
  })

  it('misses the USB camera that is configured', async () => {
    expect(await look('usb')).toEqual(['bad There is no /dev/video*: no USB camera is seen'])
    put('dev/video0', 'dev/video1', 'dev/videoish')
    expect(await look('usb')).toEqual(['ok Cameras of this machine: /dev/video0, /dev/video1'])
  })

  it("names each thing that a Pi's camera needs and does not find", async () => {
    expect(await look('rpi')).toEqual([
      'bad There is no /dev/media*: the Raspberry Pi sees no camera',
      'bad There is no /dev/dma_heap: libcamera has no memory for pictures',
      'bad /run/udev is not there: libcamera finds no camera',
    ])
    put(...PI)
    expect(await look('rpi')).toEqual([
      'ok Cameras of this machine: /dev/video0',
      'ok Media devices: /dev/media0, /dev/media1',
      'ok Memory for pictures: /dev/dma_heap/linux,cma',
      'ok /run/udev is there',
    ])
  })

  it.each([
    ['tmpfs /dev/shm tmpfs rw,nosuid,nodev,noexec 0 0', true],
    ['tmpfs /dev/shm tmpfs rw,nosuid,nodev 0 0', false],
    ['tmpfs /dev/shm tmpfs rw,noexec 0 0\ntmpfs /dev/shm tmpfs rw 0 0', false],
  ])('with the mount %j knows whether programs may run there', async (mounts, warned) => {
    put(...PI, 'proc/mounts')
    writeFileSync(join(root, 'proc/mounts'), `${mounts}\n`)
    expect((await look('rpi')).some((line) => /^warn \/dev\/shm is mounted noexec/.test(line))).toBe(warned)
  })

  it('names devices that it can not open, where a camera of this machine is wanted', async () => {
    put('dev/video1')
    // A right that even root does not have.
    symlinkSync('/nowhere', join(root, 'dev/video0'))
    expect(await look('usb')).toEqual(["bad /dev/video0 can't be opened"])
    expect(await look('rtsp')).toEqual(['ok Cameras of this machine: /dev/video0, /dev/video1'])
  })
})
