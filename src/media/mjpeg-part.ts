// One part of a multipart/x-mixed-replace body: boundary line, headers, picture. The picture is written once, behind
// room for the headers, which are known last.
import { MJPEG_BOUNDARY, type MjpegPart } from '../camera/ports.js'
import type { CameraState } from '../camera/state.js'

const HEADER_ROOM = 256
const TAIL = '\r\n'

/** A part in the making: `picture` is the place for the JPEG's bytes. */
export interface PartDraft {
  readonly whole: Buffer
  readonly picture: Buffer
}

export const draftPart = (pictureBytes: number): PartDraft => {
  const whole = Buffer.allocUnsafe(HEADER_ROOM + pictureBytes + TAIL.length)
  return { whole, picture: whole.subarray(HEADER_ROOM, HEADER_ROOM + pictureBytes) }
}

/** `at`: wall milliseconds at which the camera saw it. */
export const finishPart = (
  { whole, picture }: PartDraft,
  frameId: number,
  at: number,
  light: CameraState['light'],
): MjpegPart => {
  const header =
    `--${MJPEG_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n` +
    `X-Frame-Id: ${frameId}\r\nX-Timestamp: ${(at / 1000).toFixed(3)}\r\n` +
    `X-Dark-Score: ${light.dark ?? 0}\r\nX-Night: ${light.mode === 'night' ? 1 : 0}\r\n\r\n`
  const start = HEADER_ROOM - header.length
  whole.write(header, start, 'latin1')
  whole.write(TAIL, whole.length - TAIL.length, 'latin1')
  return { bytes: whole.subarray(start), frameId }
}
