// Plays an MJPEG stream in an <img>, read and cut here instead of by the browser: Home Assistant's ingress loses the
// boundary that a browser needs. Shows the newest picture only, and connects again by itself.
import type { Player } from './player.js'

const RETRY_MS = 2000
const HEAD_END = [13, 10, 13, 10] as const

/** Cuts parts by their Content-Length: gives each picture's bytes. */
export const createPartCutter = (onPicture: (jpeg: Uint8Array<ArrayBuffer>) => void): ((data: Uint8Array) => void) => {
  let held = new Uint8Array(0)
  return (data) => {
    const joined = new Uint8Array(held.length + data.length)
    joined.set(held)
    joined.set(data, held.length)
    let at = 0
    for (;;) {
      const end = findHeadEnd(joined, at)
      if (end < 0) break
      const head = new TextDecoder('latin1').decode(joined.subarray(at, end))
      const length = Number(/content-length: *(\d+)/i.exec(head)?.[1])
      if (!Number.isFinite(length)) throw new Error('a part without a length')
      if (end + length > joined.length) break
      onPicture(joined.slice(end, end + length))
      at = end + length
    }
    held = joined.slice(at)
  }
}

const findHeadEnd = (data: Uint8Array, from: number): number => {
  for (let at = data.indexOf(HEAD_END[0], from); at >= 0; at = data.indexOf(HEAD_END[0], at + 1))
    if (HEAD_END.every((byte, index) => data[at + index] === byte)) return at + HEAD_END.length
  return -1
}

export const playMjpeg = (image: HTMLImageElement, address: string): Player => {
  const end = new AbortController()
  let newest: Uint8Array<ArrayBuffer> | undefined
  let busy = false
  const show = (): void => {
    if (busy || !newest || end.signal.aborted) return
    busy = true
    const url = URL.createObjectURL(new Blob([newest], { type: 'image/jpeg' }))
    newest = undefined
    const done = (): void => {
      URL.revokeObjectURL(url)
      busy = false
      show()
    }
    image.addEventListener('load', done, { once: true })
    image.addEventListener('error', done, { once: true })
    image.src = url
  }
  const read = async (): Promise<void> => {
    const response = await fetch(address, { credentials: 'same-origin', signal: end.signal })
    if (!response.ok || !response.body) return
    const cut = createPartCutter((jpeg) => {
      newest = jpeg
      show()
    })
    const reader = response.body.getReader()
    for (let part = await reader.read(); !part.done; part = await reader.read()) cut(part.value)
  }
  const run = async (): Promise<void> => {
    while (!end.signal.aborted) {
      await read().catch(() => {})
      if (!end.signal.aborted) await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
  void run()
  return { close: () => end.abort() }
}
