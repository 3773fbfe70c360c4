// Streams for tests of the tap: an HTTP server that starts a paced ffmpeg for each reader, and a film whose pictures
// carry their own number as ten black or white columns.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startChild } from '../../src/lib/process.js'
import { createFragmentCutter } from '../../src/media/fragments.js'
import type { InitSegment, RingItem } from '../../src/media/ring.js'

export interface StreamServer extends AsyncDisposable {
  readonly url: string
  /** From now on bytes are held back, as by a camera that hangs. */
  hang(): void
}

const BITS = 10

/** ffmpeg input of a film of `width` x `height` whose pictures say their number. */
export const numbered = (width = 640, height = 360, rate = 25): string[] => {
  const column = width / BITS
  const boxes = Array.from({ length: BITS }, (_, bit) => {
    const lit = `mod(floor(n/${2 ** bit}),2)`
    return `drawbox=x=${bit * column}:y=0:w=${column}:h=${height}:color=white:t=fill:enable='${lit}'`
  })
  return ['-f', 'lavfi', '-i', [`color=c=black:s=${width}x${height}:r=${rate}`, ...boxes].join(',')]
}

/** The number that a picture says; `step` is the bytes of one pixel. */
export const numberOf = (data: Uint8Array, width: number, height: number, step = 1): number => {
  let number = 0
  for (let bit = 0; bit < BITS; bit++) {
    const x = Math.floor(((bit + 0.5) * width) / BITS)
    if ((data[(Math.floor(height / 2) * width + x) * step] ?? 0) > 128) number |= 1 << bit
  }
  return number
}

export const encode = (group = 25): string[] => [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'],
  ...['-g', String(group), '-sc_threshold', '0', '-flush_packets', '1'],
]

/** Serves what `ffmpeg -re <args>` makes, as Matroska, anew for each reader. */
export const startStreams = async (args: readonly string[]): Promise<StreamServer> => {
  let hangs = false
  const children = new Set<AsyncDisposable>()
  const server = createServer((_request, response) => {
    const all = ['-v', 'error', '-nostdin', '-re', ...args, '-f', 'matroska', '-live', '1', 'pipe:1']
    const child = startChild({ name: 'stream', command: 'ffmpeg', args: all })
    children.add(child)
    child.stdout.on('data', (chunk: Buffer) => void (hangs || response.write(chunk)))
    void child.exited.then(() => (hangs ? undefined : response.end()))
    response.on('close', () => void child.stop(0))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    hang: () => {
      hangs = true
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...children].map((child) => child[Symbol.asyncDispose]()))
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Waits until `look` gives something; the test's own time limit is the only limit. */
export const until = async <T>(look: () => T | undefined | false): Promise<T> => {
  while (true) {
    const found = look()
    if (found !== undefined && found !== false) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** What the tap would cut from `args`, at once: its first picture was seen at `start`. */
export const cutFilm = async (args: readonly string[], start: number): Promise<RingItem[]> => {
  const items: RingItem[] = []
  let init: InitSegment | undefined
  let first: number | undefined
  const cutter = createFragmentCutter({
    nextEpoch: () => 1,
    onInit: (next) => {
      init = next
    },
    onFragment: (fragment) => {
      first ??= fragment.pts
      if (init) items.push({ init, fragment: { ...fragment, mono: start + (fragment.pts - first) * 1000 } })
    },
  })
  const flags = '+frag_every_frame+empty_moov+default_base_moof+frag_discont'
  const all = [
    '-v',
    'error',
    '-nostdin',
    ...args,
    '-avoid_negative_ts',
    'disabled',
    '-movflags',
    flags,
    '-f',
    'mp4',
    'pipe:1',
  ]
  const child = startChild({ name: 'film', command: 'ffmpeg', args: all })
  child.stdout.on('data', (chunk: Buffer) => cutter.write(chunk))
  await child.exited
  return items
}
