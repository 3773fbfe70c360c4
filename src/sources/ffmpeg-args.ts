// The words to ffmpeg that publishers have in common.

/** Before the inputs: no questions, only what is wrong on stderr. */
export const quiet: readonly string[] = ['-nostdin', '-hide_banner', '-loglevel', 'error', '-nostats']

/** What we encode: a key frame each second, no frame that waits for another, ready for any player. */
export const encodeVideo = (fps: number): readonly string[] => [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline'],
  ...['-pix_fmt', 'yuv420p', '-threads', '1', '-bf', '0', '-sc_threshold', '0'],
  ...['-g', String(fps), '-keyint_min', String(fps), '-force_key_frames', 'expr:gte(t,n_forced)'],
]

/** The same for pictures that come at a rate of their own, which nobody knows before. */
export const encodeAtOwnRate: readonly string[] = [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline'],
  ...['-pix_fmt', 'yuv420p', '-threads', '1', '-bf', '0', '-sc_threshold', '0', '-g', '250'],
  // By default pictures would be repeated or left out to fit a guessed rate. A clock that jumps begins a new second.
  ...['-fps_mode', 'vfr', '-enc_time_base', '1:90000'],
  ...['-force_key_frames', 'expr:isnan(prev_forced_t)+gt(abs(t-prev_forced_t),0.999)'],
]

/** H.264 in this format has no odd sizes. */
export const EVEN = 'scale=trunc(iw/2)*2:trunc(ih/2)*2'

/**
 * Before an input whose pictures are decoded to be masked. Zones were drawn on the picture as it was sent, so that it
 * must not be turned; with more threads the decoder would hold pictures back.
 */
export const decodeAsSent: readonly string[] = ['-noautorotate', '-threads', '1']

/** Into the gateway. ffmpeg's RTSP has no switch for Nagle's algorithm (`-tcp_nodelay` is taken and ignored). */
export const publish = (url: string): readonly string[] => ['-f', 'rtsp', '-rtsp_transport', 'tcp', url]
