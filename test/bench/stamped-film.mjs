// Writes raw pictures to stdout, 25 a second, each with the moment at which its writing begins as a barcode: the film's
// own pictures (its calm beginning, over and over), and something that walks through them for two seconds of every six.
import { execFileSync } from 'node:child_process'
import { drawBarcode, HEIGHT, WIDTH } from './barcode.mjs'
import { machineTime } from './rtsp-reader.mjs'

const FPS = 25
const CALM = 12
const CYCLE = 6 * FPS
const WALK = 2 * FPS
const WALKER = { width: 80, height: 200, top: 300, step: 12 }

const scale = ['-frames:v', String(CALM), '-vf', `scale=${WIDTH}:${HEIGHT},format=yuv420p`]
const bytes = (WIDTH * HEIGHT * 3) / 2
const film = execFileSync(
  'ffmpeg',
  ['-v', 'error', '-i', process.argv[2] ?? '', ...scale, '-f', 'rawvideo', 'pipe:1'],
  {
    maxBuffer: 1e9,
  },
)

const begun = machineTime()
let count = 0
const write = () => {
  const at = (count % CALM) * bytes
  const picture = Buffer.from(film.subarray(at, at + bytes))
  const step = count % CYCLE
  if (step < WALK) {
    const left = 200 + step * WALKER.step
    for (let y = WALKER.top; y < WALKER.top + WALKER.height; y++)
      picture.fill(y & 16 ? 200 : 60, y * WIDTH + left, y * WIDTH + left + WALKER.width)
  }
  drawBarcode(picture, machineTime())
  // Waits until the encoder has it all. None is left out: their times are counted there.
  process.stdout.write(picture)
  setTimeout(write, Math.max(0, begun + (1000 * ++count) / FPS - machineTime()))
}
process.stdout.on('error', () => process.exit(0))
write()
