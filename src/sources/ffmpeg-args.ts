// The words to ffmpeg that publishers have in common.

/** Before the inputs: no questions, only what is wrong on stderr. */
export const quiet: readonly string[] = ['-nostdin', '-hide_banner', '-loglevel', 'error', '-nostats']

/** What we encode: a key frame each second, no frame that waits for another, ready for any player. */
export const encodeVideo = (fps: number): readonly string[] => [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline'],
  ...['-pix_fmt', 'yuv420p', '-threads', '1', '-bf', '0', '-sc_threshold', '0'],
  ...['-g', String(fps), '-keyint_min', String(fps), '-force_key_frames', 'expr:gte(t,n_forced)'],
]

/** Into the gateway. ffmpeg's RTSP has no switch for Nagle's algorithm (`-tcp_nodelay` is taken and ignored). */
export const publish = (url: string): readonly string[] => ['-f', 'rtsp', '-rtsp_transport', 'tcp', url]
