// A made-up garden without any camera: somebody with a lantern walks by on schedule, the day ends and comes back, a
// clock tells the time. The scene is painted once (geq, one frame) and only its light and the walker change.
import { existsSync } from 'node:fs'
import { imageControls } from '../camera/settings.js'
import { range, type Slice } from '../lib/slice.js'
import { encodeVideo, publish, quiet } from './ffmpeg-args.js'
import { imageFilters } from './image.js'
import { defineSource } from './source.js'

export interface TestPatternConfig {
  readonly kind: 'test-pattern'
  readonly width: number
  readonly height: number
  readonly fps: number
  readonly walk_every_s: number
  readonly walk_s: number
  readonly day_s: number
}

const FIRST_WALK_S = 10
/** Without this font (Debian: fonts-dejavu-core) there is no clock. */
const FONT = '/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf'

export const even =
  (min: number, max: number) =>
  (value: unknown): void => {
    range(min, max, true)(value)
    if (Number(value) % 2 !== 0) throw new Error('must be an even number')
  }

/** Sky, two hills, a path: one frame. X and Y are the pixel, W and H the picture. */
const scene = (): string => {
  const hill = '(0.60+0.05*sin(X/W*5+0.6)+0.015*sin(X/W*17))*H'
  const meadow = '(0.72+0.04*sin(X/W*4+2.4))*H'
  const grass = '6*sin(X*0.9+3*sin(Y*1.3))*sin(Y*0.7+2*sin(X*0.37))'
  const path = 'lt(abs(X/W-0.75+Y/H/4),0.02+0.6*max(0,Y/H-0.70))*gt(Y/H,0.72)'
  const paint = (sky: string, far: string, near: string, way: string): string =>
    `if(lt(Y,${hill}),${sky},if(lt(Y,${meadow}),${far},if(${path},${way},${near})))`
  return [
    `lum='${paint('120+115*Y/H', '116+18*sin(X/W*9)', `72+60*Y/H+${grass}`, `166+${grass}`)}'`,
    `cb='${paint('160-38*Y/H', '120', '110', '117')}'`,
    `cr='${paint('98+50*Y/H', '116', '116', '138')}'`,
  ].join(':')
}

/** Somebody in a red coat, on nothing: one frame. */
const walker = (): string => {
  const head = 'lt(hypot(X/W-0.5,(Y/H-0.13)*2),0.22)'
  const coat = 'lt(abs(X/W-0.5),0.16+0.3*(Y/H-0.22))*between(Y/H,0.22,0.7)'
  const legs = 'between(abs(X/W-0.5),0.04+0.25*(Y/H-0.7),0.16+0.25*(Y/H-0.7))*gte(Y/H,0.7)'
  const paint = (skin: number, cloth: number, trousers: number): string =>
    `'if(${head},${skin},if(${coat},${cloth},${trousers}))'`
  return `lum=${paint(175, 88, 40)}:cb=${paint(112, 112, 136)}:cr=${paint(150, 190, 124)}:a='255*gt(${head}+${coat}+${legs},0)'`
}

/** A soft round light: one frame. */
const lantern = "lum=230:cb=88:cr=146:a='255*pow(max(0,1-hypot(X/W-0.5,Y/H-0.5)*2),1.7)'"

const graph = ({ width, height, fps, walk_every_s, walk_s, day_s }: TestPatternConfig, font: string | null): string => {
  const tall = Math.round(height * 0.17) * 2
  const wide = Math.round(height * 0.07) * 2
  const glow = Math.round(height * 0.12) * 2
  // Seconds into the present walk; the path over the picture is the same at every size.
  const since = `mod(t+${walk_every_s - FIRST_WALK_S}\\,${walk_every_s})`
  const walking = `enable='gte(t\\,${FIRST_WALK_S})*lt(${since}\\,${walk_s})'`
  const x = `-w+(W+w)*${since}/${walk_s}`
  const y = `H*0.56-H*0.012*abs(sin(5*t))`
  // 1 by day, 0.16 by night, with a slow evening and a slow morning between.
  const light = `clip(0.62+0.75*cos(2*PI*t/${day_s})\\,0.16\\,1)`
  const one = (size: string): string => `color=c=black:s=${size}:r=${fps},trim=end_frame=1`
  const clock =
    font === null
      ? ''
      : `,drawtext=fontfile=${font}:text='%{localtime\\:%Y-%m-%d  %H\\\\\\:%M\\\\\\:%S}':fontsize=h/24:fontcolor=white:` +
        `box=1:boxcolor=black@0.45:boxborderw=${Math.round(height / 72)}:x=h/36:y=h-text_h-h/36`
  return [
    `${one(`${width}x${height}`)},format=yuv444p,geq=${scene()},format=yuv420p,loop=-1:1,setpts=N/(${fps}*TB)[scene]`,
    `${one(`${wide}x${tall}`)},format=yuva444p,geq=${walker()},format=yuva420p[walker]`,
    `${one(`${glow}x${glow}`)},format=yuva444p,geq=${lantern},format=yuva420p[lantern]`,
    `[scene][walker]overlay=x='${x}':y='${y}':eof_action=repeat:${walking}[day]`,
    `[day]eq=contrast='${light}':brightness='-0.439*(1-${light})':saturation='0.3+0.7*${light}':eval=frame[dusk]`,
    `[dusk][lantern]overlay=x='${x}+${Math.round(wide * 0.8)}':y='${y}+${Math.round(tall * 0.35)}':eof_action=repeat:${walking}${clock}`,
  ].join(';')
}

/** `font`: null draws no clock. */
export const defineTestPattern = (font: string | null) =>
  defineSource<TestPatternConfig>({
    kind: 'test-pattern',
    doc: 'A made-up garden with a walker on schedule, a clock, day and night: for trying things out',
    schema: {
      width: { doc: 'Width of the picture', format: even(160, 3840), default: 1280, unit: 'pixels' },
      height: { doc: 'Height of the picture', format: even(120, 2160), default: 720, unit: 'pixels' },
      fps: { doc: 'Pictures a second', format: range(1, 60, true), default: 25 },
      walk_every_s: { doc: 'From one walk to the next', format: range(10, 3600), default: 30, unit: 'seconds' },
      walk_s: { doc: 'How long a walk takes', format: range(1, 3600), default: 8, unit: 'seconds' },
      day_s: { doc: 'Length of a day with its night', format: range(20, 86400), default: 240, unit: 'seconds' },
    } satisfies Slice,
    controls: () => imageControls,
    plan: (config, { publishUrl, image, mask }) => ({
      sound: false,
      main: {
        feed: 'child',
        child: {
          command: 'ffmpeg',
          args: [
            ...quiet,
            ...['-re', '-f', 'lavfi', '-protocol_whitelist', 'file'],
            ...['-i', [graph(config, font), ...imageFilters(image), ...(mask ? [mask.filter] : [])].join(',')],
            ...encodeVideo(config.fps),
            ...publish(publishUrl('main')),
          ],
        },
      },
    }),
  })

export const testPattern = defineTestPattern(existsSync(FONT) ? FONT : null)
