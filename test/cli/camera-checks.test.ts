import { expect, test } from 'vitest'
import { judgeUsb } from '../../src/cli/camera-checks.js'
import type { UsbConfig } from '../../src/sources/usb.js'
import { parseFormats } from '../../src/sources/usb-formats.js'

/** As ffmpeg 5.1 prints it. */
const LIST = `[video4linux2,v4l2 @ 0x5580] Raw       :     yuyv422 :           YUYV 4:2:2 : 640x480 320x240
[video4linux2,v4l2 @ 0x5580] Compressed:       mjpeg :          Motion-JPEG : 1920x1080 1280x720 640x480
[video4linux2,v4l2 @ 0x5580] Raw       :        nv12 :         Y/UV 4:2:0 : {32-4608, 2}x{32-2592, 2}
/dev/video0: Immediate exit requested
`
const camera: UsbConfig = {
  ...{ kind: 'usb', device: '/dev/video0', format: 'mjpeg', width: 1280, height: 720, fps: 25 },
  ...{ encoder: 'auto', bitrate: 4000, audio: 'none' },
}

test('formats and sizes are read from what ffmpeg says', () => {
  expect(parseFormats(LIST)).toEqual([
    { format: 'raw', name: 'yuyv422', sizes: ['640x480', '320x240'] },
    { format: 'mjpeg', name: 'mjpeg', sizes: ['1920x1080', '1280x720', '640x480'] },
    { format: null, name: 'nv12', sizes: [] },
  ])
})

test('what is asked for and there is well; what is not is said with what there is', () => {
  expect(judgeUsb('desk', camera, LIST)).toMatchObject({
    status: 'ok',
    what: expect.stringContaining('mjpeg 1920x1080'),
  })
  const raw = judgeUsb('desk', { ...camera, format: 'raw' }, LIST)
  expect(raw).toMatchObject({ status: 'warn', todo: expect.stringContaining('raw 1280x720 is not among them') })
})

test('no device, and no right to it', () => {
  const away = judgeUsb('desk', camera, '/dev/video0: No such file or directory\n')
  expect(away).toMatchObject({ status: 'bad', what: expect.stringContaining('No such file') })
  expect(judgeUsb('desk', camera, '/dev/video0: Permission denied\n').todo).toContain('group "video"')
})
