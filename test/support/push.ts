// Somebody who publishes a film to an RTSP address, as ffmpeg, OBS or a phone do.
import { type Child, startChild } from '../../src/lib/process.js'

/** With sound: a tone as AAC. */
export const pushFilm = (url: string, { sound = false } = {}): Child => {
  const tone = sound ? ['-re', '-f', 'lavfi', '-i', 'sine=440', '-c:a', 'aac'] : []
  const film = ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=10', ...tone]
  const encode = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-bf', '0', '-g', '10']
  const args = ['-nostdin', '-v', 'error', ...film, ...encode, '-f', 'rtsp', '-rtsp_transport', 'tcp', url]
  const child = startChild({ name: 'guest', command: 'ffmpeg', args })
  child.stdout.resume()
  return child
}
