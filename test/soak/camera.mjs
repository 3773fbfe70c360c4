// A network camera for the soak: an RTSP server with a film, behind a cable that can be cut.
import { spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { LOGIN, startCameraGateway } from '../bench/camera-gateway.mjs'

export const startCamera = async () => {
  const gateway = await startCameraGateway(['main'])
  const film = ['-re', '-f', 'lavfi', '-i', 'testsrc=s=640x360:r=15', '-c:v', 'libx264', '-preset', 'ultrafast']
  const encode = ['-tune', 'zerolatency', '-g', '15', '-pix_fmt', 'yuv420p', '-f', 'rtsp', '-rtsp_transport', 'tcp']
  const publisher = spawn('ffmpeg', ['-v', 'error', '-nostdin', ...film, ...encode, gateway.serviceUrl('main')], {
    stdio: 'ignore',
  })
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set()
  let frozen = false
  let port = 0
  /** @type {import('node:net').Server | undefined} */
  let server
  const plug = async () => {
    server = createServer((client) => {
      client.on('error', () => {})
      sockets.add(client)
      client.once('close', () => sockets.delete(client))
      if (frozen) return client.resume()
      const camera = connect(gateway.facts().port, '127.0.0.1')
      for (const [from, to] of [
        [client, camera],
        [camera, client],
      ]) {
        from.on('data', (/** @type {Buffer} */ data) => frozen || to.write(data))
        from.on('error', () => {})
        from.once('close', () => to.destroy())
      }
    })
    await new Promise((resolve) => server?.listen(port, '127.0.0.1', () => resolve(undefined)))
    port = server.address().port
  }
  const unplug = () => {
    server?.close()
    for (const socket of sockets) socket.resetAndDestroy()
  }
  await plug()
  return {
    url: `rtsp://${LOGIN.name}:${LOGIN.password}@127.0.0.1:${port}/main`,
    plug,
    /** Connections break and are refused. */
    unplug,
    /** Packets vanish. */
    freeze: (/** @type {boolean} */ on) => {
      frozen = on
    },
    end: async () => {
      unplug()
      publisher.kill('SIGKILL')
      await gateway[Symbol.asyncDispose]()
    },
  }
}
