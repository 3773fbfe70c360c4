// The doctor's looks at the cameras of this machine: what a USB camera can do, and whether a Raspberry Pi's can be filmed.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { CameraConfig, Config } from '../config/schema.js'
import { createSystemClock } from '../lib/clock.js'
import { sentenceOf } from '../lib/failure.js'
import { type OnvifSourceConfig, onvif } from '../sources/onvif.js'
import type { UsbConfig } from '../sources/usb.js'
import { type DeviceFormat, parseFormats } from '../sources/usb-formats.js'
import { bad, type Look, ok, warn } from './look.js'

const PATIENCE = 5000

/** What a program says on stderr, whatever its end. */
const hear = async (program: string, ...args: string[]): Promise<string> => {
  try {
    return (await promisify(execFile)(program, args, { timeout: PATIENCE })).stderr
  } catch (error) {
    return (error as { stderr?: string }).stderr ?? ''
  }
}

const told = (formats: readonly DeviceFormat[]): string =>
  formats.map(({ format, name, sizes }) => `${format ?? name} ${sizes.join(' ')}`).join('; ')

/** `text`: what ffmpeg says about the device. */
export const judgeUsb = (id: string, { device, format, width, height }: UsbConfig, text: string): Look => {
  const what = `The USB camera ${id} at ${device}`
  const formats = parseFormats(text)
  if (formats.length === 0) {
    const why = text.trim().split('\n').at(-1) ?? ''
    const todo = /Permission/.test(why)
      ? 'let the user of the service into the group "video"'
      : 'is it plugged in? ls /dev/v4l/by-id lists cameras by lasting names'
    return bad(`${what} can't be read: ${why}`, todo)
  }
  const sizes = formats.filter((one) => one.format === format).flatMap((one) => one.sizes)
  const all = `${what} gives ${told(formats)}`
  if (sizes.includes(`${width}x${height}`)) return ok(all)
  return warn(all, `${format} ${width}x${height} is not among them: choose one that is`)
}

const checkOnvif = async (id: string, source: OnvifSourceConfig): Promise<Look> => {
  const what = `The ONVIF camera ${id} at ${source.address}`
  const deps = { clock: createSystemClock(), signal: AbortSignal.timeout(PATIENCE) }
  return (onvif.talk?.resolve(source, deps) ?? Promise.reject(new Error('it is none'))).then(
    (found) => ok(`${what} is ${found.what}`),
    (error: unknown) => {
      const why = deps.signal.aborted ? 'it does not answer' : sentenceOf(error)
      return bad(`${what}: ${why}`, 'nightjar discover lists those on the network')
    },
  )
}

const checkCamera = async ({ id, source }: CameraConfig, gateway: string): Promise<Look[]> => {
  if (source.kind === 'usb') {
    const args = ['-hide_banner', '-nostdin', '-f', 'v4l2', '-list_formats', 'all', '-i', source.device]
    return [judgeUsb(id, source, await hear('ffmpeg', ...args))]
  }
  if (source.kind === 'onvif') return [await checkOnvif(id, source)]
  if (source.kind !== 'rpi' || gateway === 'mediamtx') return []
  const there = await promisify(execFile)('rpicam-vid', ['--version'], { timeout: PATIENCE }).then(
    () => true,
    () => false,
  )
  const what = `rpicam-vid is ${there ? '' : 'not '}there for ${id}`
  return [there ? ok(what) : bad(what, 'apt-get install rpicam-apps-lite, or use MediaMTX')]
}

export const checkCameras = async ({ cameras, rtsp }: Config): Promise<Look[]> =>
  (await Promise.all(cameras.map((camera) => checkCamera(camera, rtsp.gateway)))).flat()
