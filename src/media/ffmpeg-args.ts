// The command lines of the ffmpegs that read: the tap (one stream in, fragments and small frames out) and the picture
// (one group of pictures in, its last picture out). Pure text; encoders of sources and MJPEG are elsewhere.

export interface TapArgs {
  readonly url: string
  readonly fragments: boolean
  readonly frames: { readonly width: number; readonly fps: number } | null
  /** Large pictures beside the frames, on demand: see gate.ts. */
  readonly detail?: { readonly width: number; readonly every: number } | null
  /** AAC is copied, anything else becomes AAC. */
  readonly sound: 'none' | 'copy' | 'encode'
  /** `quick` believes the SDP; `thorough` is ffmpeg's own way, for streams whose SDP says too little. */
  readonly probe: 'quick' | 'thorough'
}

/** Where the tap's outputs are: the fragments of the picture are on stdout. */
export const FRAMES_FD = 3
export const TIMES_FD = 4
export const SOUND_FD = 5
export const DETAIL_FD = 6
export const DETAIL_TIMES_FD = 7
/** Times on the frames' side pipe are whole ticks: ffmpeg prints seconds with six digits only. */
export const TICKS = 90_000

const MOVFLAGS = '+frag_every_frame+empty_moov+default_base_moof+frag_discont'

/** Lines are marked with their level, so that the reason of a death can be told from the chatter before it. */
const COMMON = ['-hide_banner', '-nostats', '-loglevel', 'level+info']
/** So often it looks at its stdin. */
const LISTENING = ['-stats_period', '0.1']

export const tapArgs = ({ url, fragments, frames, detail, sound, probe }: TapArgs): string[] => [
  ...COMMON,
  ...(detail ? LISTENING : ['-nostdin']),
  ...(/^rtsps?:/.test(url) ? rtspInput(sound, probe) : []),
  ...['-flags', 'low_delay', '-threads', '1', '-copyts', '-i', url],
  ...(fragments ? fragmentOutput(sound) : []),
  ...(frames ? frameOutput(frames) : []),
  ...(frames && detail ? detailOutput(frames.fps, detail) : []),
]

const rtspInput = (sound: TapArgs['sound'], probe: TapArgs['probe']): string[] => [
  ...['-rtsp_transport', 'tcp'],
  ...(sound === 'none' ? ['-allowed_media_types', 'video'] : []),
  ...(probe === 'thorough'
    ? []
    : sound === 'none'
      ? ['-probesize', '32', '-analyzeduration', '0']
      : // Of small pictures that is a long time, if the sound does not come.
        ['-probesize', '5000', '-analyzeduration', '2000000']),
]

// Picture and sound are written apart: where ffmpeg 5 must begin a fragment for every frame of two tracks, the times
// of the pictures beside each sound are a frame off.
//
// ffmpeg reads the first packet of any RTSP stream without its time, which is 0, and guesses one frame later.
const FIRST_IS_0 = "setts=pts='if(eq(N,0),0,PTS)':dts='if(eq(N,0),0,DTS)'"
const fragmentOutput = (sound: TapArgs['sound']): string[] => [
  ...['-map', '0:v:0', '-c', 'copy', '-bsf:v', FIRST_IS_0, ...mp4('pipe:1')],
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
// average whatever the stream's own is.
const evenly = (fps: number): string =>
  `select='isnan(prev_t)+not(eq(floor(t*${fps}+0.001),floor(prev_t*${fps}+0.001)))'`

/** Filters that print each picture's time on a pipe, in ticks. */
export const printTimes = (fd: number): string =>
  `settb=1/${TICKS},metadata=mode=add:key=n:value=1,metadata=mode=print:file='pipe\\:${fd}':direct=1`

/** Each picture with its time on a pipe of its own. y4m says the size and marks each picture. */
const pictureOutput = (filters: readonly string[], picturesFd: number, timesFd: number): string[] => {
  return [
    ...['-map', '0:v:0', '-vf', [...filters, printTimes(timesFd)].join(',')],
    ...['-fps_mode', 'passthrough', '-enc_time_base', `1:${TICKS}`],
    ...['-threads', '1', '-flush_packets', '1', '-f', 'yuv4mpegpipe', `pipe:${picturesFd}`],
  ]
}

// Eyes need luma only: taking its plane and averaging areas costs a third less than scaling all three, and is quieter.
const frameOutput = ({ width, fps }: { readonly width: number; readonly fps: number }): string[] => {
  const small = ['extractplanes=y', `scale=w='trunc(min(${width},iw)/2)*2':h=-2:flags=area`]
  return pictureOutput([evenly(fps), ...small], FRAMES_FD, TIMES_FD)
}

/** The filter that is a gate: what it does not mark goes no further. */
const GATE = 'metadata@gate'

/** When the gate is open: at each `every`-th of `fps` pictures a second; 0: never. */
const openAt = (every: number, fps: number): string => (every > 0 ? `not(mod(floor(t*${fps}+0.001),${every}))` : '0')

/** What ffmpeg is told on its stdin to move the gate: takes effect within a tenth of a second. */
export const gateCommand = (every: number, fps: number): string => `c${GATE} -1 enable ${openAt(every, fps)}\n`

// The pictures that are already decoded for the frames, at their times, in full size. A closed gate costs nothing.
const detailOutput = (fps: number, { width, every }: { readonly width: number; readonly every: number }): string[] => {
  const gate = [`${GATE}=mode=add:key=d:value=1:enable='${openAt(every, fps)}'`, 'metadata=mode=select:key=d']
  const size = [`scale=w='trunc(min(${width},iw)/2)*2':h=-2:flags=area`, 'format=yuv420p']
  return pictureOutput([evenly(fps), ...gate, ...size], DETAIL_FD, DETAIL_TIMES_FD)
}

/** Less than between any two pictures: a gateway may squeeze what it kept for a new reader into a moment. */
const HALF_TICK = 0.5 / TICKS

/** Reads an init segment and fragments on stdin and writes `count` pictures from `pts` on, each as PPM. */
export const pictureArgs = (pts: number, width: number | undefined, count = 1): string[] => {
  const filters = [
    `select='gte(t,${(pts - HALF_TICK).toFixed(6)})'`,
    ...(width === undefined ? [] : [`scale=w='trunc(min(${width},iw)/2)*2':h=-2:flags=area`]),
  ]
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'error'],
    ...['-probesize', '32', '-analyzeduration', '0', '-copyts', '-f', 'mp4', '-i', 'pipe:0'],
    ...['-an', '-vf', filters.join(','), '-fps_mode', 'passthrough', '-frames:v', String(count)],
    ...['-c:v', 'ppm', '-f', 'image2pipe', 'pipe:1'],
  ]
}
