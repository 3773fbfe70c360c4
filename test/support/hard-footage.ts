// Footage that is hard for a motion eye, made with ffmpeg of the people in ../shared/footage as a camera gives it:
// 1280x720 at 25/s, H.264 of 1 Mbit/s with a key frame each second, sensor noise before the encoder.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { footage } from './footage.js'

const run = promisify(execFile)
const QUIET = ['-v', 'error', '-nostdin', '-y']
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '1M', '-maxrate', '1M', '-bufsize', '1M', '-g', '25']
const NOISE = 'noise=c0s=6:c0f=t:all_seed=7'
/** In seconds of walkers.mp4: the walk begins two seconds later. */
const FROM = 6

export interface Recipe {
  readonly seconds: number
  /** A filter graph from [still] (one picture of the walk, for ever) and [walk] (from two seconds before it on). */
  readonly graph: string
}

const textured = (gain: string): string =>
  `[still]format=yuv420p[b];color=black:s=160x90:r=25,format=gray,geq=lum='${gain}'[g];` +
  '[g]scale=1280:720:flags=bicubic,format=yuv420p[m];[b][m]blend=c0_mode=multiply:c1_mode=normal:c2_mode=normal'

export const recipes = {
  /** People so many pixels high in a scene that is still: 120 by nature. */
  far: (pixels: number): Recipe => ({
    seconds: 8,
    graph: `[walk]crop=300:260:440:110,scale=iw*${pixels / 120}:-2:flags=area[w];[still][w]overlay=800:300`,
  }),
  /** One of them alone, cut out of the scene and so many pixels high, who crosses the lawn from two seconds on. */
  alone: (pixels: number): Recipe => ({
    seconds: 9,
    graph:
      `[still]split[b][c];[c]crop=56:146:560:228,scale=-2:${pixels}:flags=area[p];` +
      `[b][p]overlay=x='if(lt(t\\,2)\\,-100\\,500+(t-2)*${pixels * 0.8})':y='420+2*sin(t*9)'`,
  }),
  calm: { seconds: 10, graph: `[still]noise=c0s=12:c0f=t:all_seed=3` },
  /** A lamp that is switched on over a third of the picture, and fades within a second. */
  lamp: {
    seconds: 9,
    graph: textured('130+125*clip(min(T-3\\,(7-T))/0.8\\,0\\,1)*exp(-(pow(X-90\\,2)+pow(Y-40\\,2))/600)'),
  },
  /** The shadow of a cloud with an edge, that moves through the picture. */
  cloud: {
    seconds: 10,
    graph: textured('255*(1-0.4*clip((26-hypot(20*T-20-X\\,Y-45))/4+0.5\\,0\\,1))'),
  },
  /** The light goes as the walk begins. */
  switched: {
    seconds: 7,
    graph: `[walk]format=yuv420p,eq=eval=frame:brightness='if(gt(t\\,1.95)\\,-0.2\\,0)':contrast='if(gt(t\\,1.95)\\,0.6\\,1)'`,
  },
} as const

/** The path of the clip. */
export const makeFootage = async (folder: string, name: string, { seconds, graph }: Recipe): Promise<string> => {
  const path = join(folder, `${name}.mp4`)
  const still = "select='eq(n\\,0)',loop=-1:1,setpts=N/25/TB"
  const inputs = ['-ss', '12', '-i', footage('walkers.mp4'), '-ss', `${FROM}`, '-i', footage('walkers.mp4')]
  // What is not used must not be made: a picture for ever, thrown away, would take for ever.
  const made = [
    graph.includes('[still]') ? `[0:v]${still}[still]` : '',
    graph.includes('[walk]') ? '[1:v]null[walk]' : '',
  ]
  const filters = [...made.filter(Boolean), `${graph},${NOISE},format=yuv420p[out]`].join(';')
  await run('ffmpeg', [
    ...QUIET,
    ...inputs,
    '-filter_complex',
    filters,
    '-map',
    '[out]',
    '-t',
    `${seconds}`,
    ...H264,
    path,
  ])
  return path
}
