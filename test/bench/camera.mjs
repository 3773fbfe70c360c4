// What stands for a network camera, outside of what is counted: an RTSP server as a process of its own, and the films
// that are published to it.
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createAccessUnits } from './access-units.mjs'
import { HEIGHT, WIDTH } from './barcode.mjs'
import { machineTime } from './rtsp-reader.mjs'

/** Key frames that fit into the buffer of a UDP socket. */
const RATE = ['-b:v', '2M', '-maxrate', '2M', '-bufsize', '300k']

/** @typedef {{ main: string, sub: string }} Addresses */

export const startCamera = async () => {
  const server = spawn(process.execPath, [join(import.meta.dirname, 'rtsp-camera.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface({ input: server.stdout }), 'line')
  /** @type {{ publish: Addresses, read: Addresses }} */
  const { publish, read } = JSON.parse(line)
  const stop = async () => {
    server.kill()
    await once(server, 'exit')
  }
  return { publish, read, stop }
}

/** Plays a file over and over to `address`; encodes nothing. */
export const playFile = (/** @type {string} */ film, /** @type {string} */ address) => {
  const input = ['-re', '-stream_loop', '-1', '-i', film, '-an', '-c', 'copy']
  const child = spawn(
    'ffmpeg',
    ['-v', 'error', '-nostdin', ...input, '-f', 'rtsp', '-rtsp_transport', 'tcp', address],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  const stop = async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  return { stop }
}

/** Encodes stamped pictures and publishes them by UDP to each address, and to a socket of ours: what comes there is the floor. */
export const startFilm = async (/** @type {string} */ film, /** @type {string[]} */ addresses) => {
  let floor = createAccessUnits()
  const socket = createSocket('udp4', (packet) => floor.packet(packet, machineTime()))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${WIDTH}x${HEIGHT}`, '-r', '25', '-i', 'pipe:0']
  const encode = ['-map', '0', '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '25', ...RATE]
  const to = [
    ...addresses.map((address) => `[f=rtsp:rtsp_transport=udp]${address}`),
    `[f=rtp]rtp://127.0.0.1:${socket.address().port}`,
  ].join('|')
  const maker = spawn(process.execPath, [join(import.meta.dirname, 'stamped-film.mjs'), film], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const encoder = spawn('ffmpeg', ['-v', 'error', '-fflags', 'nobuffer', ...raw, ...encode, '-f', 'tee', to], {
    stdio: [maker.stdout, 'ignore', 'inherit'],
  })
  maker.stdout.destroy()
  return {
    /** What comes without a server from now on. */
    takeFloor: () => {
      floor = createAccessUnits()
      return floor.units
    },
    stop: async () => {
      const over = Promise.all([once(maker, 'exit'), once(encoder, 'exit')])
      maker.kill()
      await over
      socket.close()
    },
  }
}
