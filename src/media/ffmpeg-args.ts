// The command lines of the ffmpegs that read: the tap (one stream in, fragments and small frames out) and the picture
// (one group of pictures in, its last picture out). Pure text; encoders of sources and MJPEG are elsewhere.

export interface TapArgs {
  readonly url: string
  readonly fragments: boolean
  readonly frames: { readonly width: number; readonly fps: number } | null
  /** AAC is copied, anything else becomes AAC. */
  readonly sound: 'none' | 'copy' | 'encode'
  /** `quick` believes the SDP; `thorough` is ffmpeg's own way, for streams whose SDP says too little. */
  readonly probe: 'quick' | 'thorough'
}

/** Where the tap's outputs are: the fragments of the picture are on stdout. */
export const FRAMES_FD = 3
export const TIMES_FD = 4
export const SOUND_FD = 5
/** Times on the frames' side pipe are whole ticks: ffmpeg prints seconds with six digits only. */
export const TICKS = 90_000

const MOVFLAGS = '+frag_every_frame+empty_moov+default_base_moof+frag_discont'

/** Lines are marked with their level, so that the reason of a death can be told from the chatter before it. */
const COMMON = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+info']

export const tapArgs = ({ url, fragments, frames, sound, probe }: TapArgs): string[] => [
  ...COMMON,
  ...(/^rtsps?:/.test(url) ? rtspInput(sound, probe) : []),
  ...['-flags', 'low_delay', '-threads', '1', '-copyts', '-i', url],
  ...(fragments ? fragmentOutput(sound) : []),
  ...(frames ? frameOutput(frames) : []),
]

const rtspInput = (sound: TapArgs['sound'], probe: TapArgs['probe']): string[] => [
  ...['-rtsp_transport', 'tcp'],
  ...(sound === 'none' ? ['-allowed_media_types', 'video'] : []),
  ...(probe === 'thorough'
    ? []
    : sound === 'none'
      ? ['-probesize', '32', '-analyzeduration', '0']
      : ['-probesize', '5000']),
]

// Picture and sound are written apart: where ffmpeg 5 must begin a fragment for every frame of two tracks, the times
// of the pictures beside each sound are a frame off.
const fragmentOutput = (sound: TapArgs['sound']): string[] => [
  ...['-map', '0:v:0', '-c', 'copy', ...mp4('pipe:1')],
  ...(sound === 'none' ? [] : ['-map', '0:a:0', ...SOUND_CODEC[sound], ...mp4(`pipe:${SOUND_FD}`)]),
]

const mp4 = (to: string): string[] => [
  ...['-avoid_negative_ts', 'disabled', '-movflags', MOVFLAGS, '-flush_packets', '1', '-f', 'mp4', to],
]

/** Ticks of one AAC frame. */
const AAC = '1024/(TB*SR)'
// After a short look at the stream ffmpeg does not know how long an AAC frame is and gives the frames of one RTP packet
// one time: those that begin before the last one is half over come right behind it.
const SOUND_CODEC = {
  copy: ['-c', 'copy', '-bsf:a', `setts=ts='if(between(TS-PREV_OUTPTS,-16*${AAC},0.5*${AAC}),PREV_OUTPTS+${AAC},TS)'`],
  encode: ['-c', 'aac'],
}

// The fps filter would wait for the next frame; a look at whether the clock passed a tenth does not. The rate holds on
// average whatever the stream's own is. Eyes need luma only: taking its plane and averaging areas costs a third less
// than scaling all three, and is quieter. y4m says the scaled size and marks each frame.
const frameOutput = ({ width, fps }: { readonly width: number; readonly fps: number }): string[] => {
  const filters = [
    `select='isnan(prev_t)+not(eq(floor(t*${fps}+0.001),floor(prev_t*${fps}+0.001)))'`,
    // Left as it is where the first plane is luma of eight bits; ten bits and RGB are made so.
    'format=gray|yuv420p|yuv422p|yuv444p|yuvj420p|yuvj422p|yuvj444p|nv12',
    'extractplanes=y',
    `scale=w='trunc(min(${width},iw)/2)*2':h=-2:flags=area`,
    `settb=1/${TICKS}`,
    'metadata=mode=add:key=n:value=1',
    `metadata=mode=print:file='pipe\\:${TIMES_FD}':direct=1`,
  ]
  return [
    ...['-map', '0:v:0', '-vf', filters.join(','), '-fps_mode', 'passthrough', '-enc_time_base', `1:${TICKS}`],
    ...['-threads', '1', '-flush_packets', '1', '-f', 'yuv4mpegpipe', `pipe:${FRAMES_FD}`],
  ]
}

/** Less than between any two pictures: a gateway may squeeze what it kept for a new reader into a moment. */
const HALF_TICK = 0.5 / TICKS

/** Reads an init segment and fragments on stdin and writes the picture at `pts` (or the first after it) as PPM. */
export const pictureArgs = (pts: number, width: number | undefined): string[] => {
  const filters = [
    `select='gte(t,${(pts - HALF_TICK).toFixed(6)})'`,
    ...(width === undefined ? [] : [`scale=w='trunc(min(${width},iw)/2)*2':h=-2:flags=area`]),
  ]
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'error'],
    ...['-probesize', '32', '-analyzeduration', '0', '-copyts', '-f', 'mp4', '-i', 'pipe:0'],
    ...['-an', '-vf', filters.join(','), '-fps_mode', 'passthrough', '-frames:v', '1'],
    ...['-c:v', 'ppm', '-f', 'image2pipe', 'pipe:1'],
  ]
}
