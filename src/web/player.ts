// Plays the live WebSocket in a <video> by Media Source Extensions, close behind the camera. Says when it can't.
import { api } from './api.js'

export interface Player {
  close(): void
}

interface PlayerEvents {
  onPlaying(): void
  /** The browser can't play this codec: show MJPEG instead. */
  onUnplayable(mime: string): void
  /** The connection is gone; the player tries again by itself. */
  onLost(): void
}

/** Seconds behind the newest picture at which it hurries, and at which it jumps. */
const HURRY = 0.5
const JUMP = 2
const KEEP_BEHIND = 20
const RETRY_MS = 2000

type Source = typeof MediaSource
const sourceKind = (): Source | undefined =>
  (globalThis as { ManagedMediaSource?: Source }).ManagedMediaSource ?? globalThis.MediaSource

export const playLive = (video: HTMLVideoElement, camera: string, events: PlayerEvents): Player => {
  let closed = false
  let socket: WebSocket | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  let feed: ((data: ArrayBuffer) => void) | undefined

  const begin = async (mime: string): Promise<void> => {
    feed = undefined
    const Kind = sourceKind()
    if (!Kind?.isTypeSupported(mime)) return events.onUnplayable(mime)
    const media = new Kind()
    const waiting: ArrayBuffer[] = []
    feed = (data) => void waiting.push(data)
    if (video.src) URL.revokeObjectURL(video.src)
    video.disableRemotePlayback = true
    video.src = URL.createObjectURL(media)
    await new Promise((resolve) => media.addEventListener('sourceopen', resolve, { once: true }))
    if (closed || media.readyState !== 'open') return
    const buffer = media.addSourceBuffer(mime)
    const next = (): void => {
      if (buffer.updating || media.readyState !== 'open') return
      follow(video, buffer)
      const old = video.currentTime - KEEP_BEHIND
      const full = buffer.buffered.length > 0 && buffer.buffered.start(0) < old - KEEP_BEHIND
      const data = full ? undefined : waiting.shift()
      if (full) buffer.remove(0, old)
      else if (data) buffer.appendBuffer(data)
    }
    buffer.addEventListener('updateend', next)
    feed = (data) => {
      waiting.push(data)
      next()
    }
    next()
  }
  const connect = (): void => {
    socket = new WebSocket(api.liveOf(camera))
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', ({ data }) => {
      if (typeof data !== 'string') return feed?.(data)
      const message = JSON.parse(data) as { type: string; mime?: string }
      if (message.type === 'init' && message.mime) void begin(message.mime)
    })
    socket.addEventListener('close', () => {
      if (closed) return
      events.onLost()
      retry = setTimeout(connect, RETRY_MS)
    })
  }
  const playing = (): void => events.onPlaying()
  video.addEventListener('playing', playing)
  connect()
  return {
    close: () => {
      closed = true
      clearTimeout(retry)
      socket?.close()
      video.removeEventListener('playing', playing)
      if (video.src) URL.revokeObjectURL(video.src)
      video.removeAttribute('src')
      video.load()
    },
  }
}

/** Stays near the newest picture: hurries a little, or jumps. */
const follow = (video: HTMLVideoElement, { buffered }: SourceBuffer): void => {
  if (buffered.length === 0) return
  const end = buffered.end(buffered.length - 1)
  const start = buffered.start(buffered.length - 1)
  const behind = end - video.currentTime
  if (behind > JUMP || behind < 0 || video.currentTime < start) video.currentTime = Math.max(start, end - 0.1)
  else video.playbackRate = behind > HURRY ? 1.1 : 1
  if (video.paused) void video.play().catch(() => {})
}
