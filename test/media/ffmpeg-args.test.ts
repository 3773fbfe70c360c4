import { expect, test } from 'vitest'
import { pictureArgs, type TapArgs, tapArgs } from '../../src/media/ffmpeg-args.js'

const url = 'rtsp://127.0.0.1:8554/porch'
const tap = (change: Partial<TapArgs>): string =>
  tapArgs({ url, fragments: true, frames: { width: 640, fps: 10 }, sound: 'none', probe: 'quick', ...change }).join(' ')
const input = (line: string): string => line.slice(0, line.indexOf(' -i '))
const outputs = (line: string): string => line.slice(line.indexOf(' -i '))

test('without sound the SDP is believed; with it a little is read; a thorough start is ffmpeg’s own', () => {
  expect(input(tap({}))).toContain('-rtsp_transport tcp -allowed_media_types video -probesize 32 -analyzeduration 0')
  expect(input(tap({ sound: 'copy' }))).toContain('-rtsp_transport tcp -probesize 5000 ')
  for (const sound of ['none', 'copy', 'encode'] as const)
    expect(input(tap({ sound, probe: 'thorough' }))).not.toMatch(/probesize|analyzeduration/)
  for (const line of [tap({}), tap({ sound: 'copy', probe: 'thorough' })])
    expect(input(line)).toContain('-flags low_delay -threads 1 -copyts')
})

test('what is not RTSP gets no options of RTSP', () => {
  expect(tap({ url: 'http://camera/stream' })).not.toMatch(/rtsp|allowed_media|probesize/)
})

test('only the outputs that somebody wants', () => {
  expect(outputs(tap({ frames: null }))).not.toMatch(/pipe:3|-vf/)
  expect(outputs(tap({ fragments: false }))).not.toMatch(/mp4|pipe:1/)
  expect(outputs(tap({ fragments: false, sound: 'copy' }))).not.toMatch(/0:a/)
  expect(outputs(tap({}))).toMatch(/ -f mp4 pipe:1 .* -f yuv4mpegpipe pipe:3$/)
})

test('sound is left out, copied or made AAC, on a pipe of its own', () => {
  expect(outputs(tap({}))).not.toMatch(/0:a|aac|pipe:5/)
  expect(outputs(tap({ sound: 'copy' }))).toMatch(/ -map 0:v:0 -c copy .* pipe:1 -map 0:a:0 -c copy -bsf:a .* pipe:5 /)
  expect(outputs(tap({ sound: 'encode' }))).toMatch(/ pipe:1 -map 0:a:0 -c aac .* pipe:5 /)
})

test('a picture is taken by its time, scaled down only', () => {
  expect(pictureArgs(12.5, undefined).join(' ')).toContain(
    "-copyts -f mp4 -i pipe:0 -an -vf select='gte(t,12.499994)' ",
  )
  expect(pictureArgs(12.5, 320)).toContain("select='gte(t,12.499994)',scale=w='trunc(min(320,iw)/2)*2':h=-2:flags=area")
})
