// rtsp:// addresses as clients write them: which path is meant, and which track of it.

export interface Target {
  /** Without slashes at its ends; empty for the server itself (`*`). */
  readonly path: string
  readonly query: string
}

/** Undefined when it is no rtsp address. */
export const parseTarget = (url: string): Target | undefined => {
  if (url === '*') return { path: '', query: '' }
  const parts = /^rtsps?:\/\/[^/?#]*([^?#]*)(?:\?([^#]*))?/i.exec(url)
  if (!parts) return undefined
  const [, raw = '', query = ''] = parts
  try {
    return { path: decodeURIComponent(raw).replace(/^\/+|\/+$/g, ''), query }
  } catch {
    return undefined
  }
}

/** `…/trackID=1` → the path before it and 1. Clients with a query in the address put the track behind that. */
export const splitTrack = (url: string): { readonly path: string; readonly track: number | undefined } | undefined => {
  const target = parseTarget(url)
  if (!target) return undefined
  const [, path = target.path, inPath] = /^(.*?)\/?trackID=(\d{1,2})$/.exec(target.path) ?? []
  const inQuery = /\/trackID=(\d{1,2})$/.exec(target.query)?.[1]
  const track = inPath ?? inQuery
  return { path, track: track === undefined ? undefined : Number(track) }
}

/** Which of a publisher's tracks it sets up: `control` is relative to the announced address, or an address itself. */
export const findControl = (url: string, base: string, controls: readonly string[]): number => {
  const wanted = parseTarget(url)
  if (!wanted) return -1
  const full = wanted.query ? `${wanted.path}?${wanted.query}` : wanted.path
  return controls.findIndex((control) => {
    const own = parseTarget(control)
    if (own && control !== '*') return own.path === wanted.path
    return control === '' ? controls.length === 1 : full === `${base}/${control}` || full.endsWith(`/${control}`)
  })
}
