// The control API of the stand-in, answering as the recorded conversation does: the same fields, words and codes. Like the
// real one it answers a change first and carries it out then, one after the other.
import { createServer } from 'node:http'

const KICKED = ['rtspsessions', 'webrtcsessions']
/** What the real one needs to carry a change out. */
const LATE_MS = 20

const kindOf = (value) => (Array.isArray(value) ? 'array' : typeof value)
const GO = {
  string: 'string',
  number: 'number',
  boolean: 'bool',
  object: 'map[string]interface {}',
  array: '[]interface {}',
}

/** In Go's words; undefined when it may be set. */
const wrongWith = (change, known) => {
  for (const [key, value] of Object.entries(change)) {
    if (!(key in known)) return `json: unknown field "${key}"`
    const [is, wants] = [kindOf(value), kindOf(known[key])]
    if (is !== wants)
      return `json: cannot unmarshal ${is === 'boolean' ? 'bool' : is} into Go value of type ${GO[wants]}`
  }
  return undefined
}

/** `house` is what there is (house.mjs); `known` the recorded answers; resolves when it listens. */
export const startApi = async ({ house, known, port, host }) => {
  let turn = Promise.resolve()
  const act = (run) => {
    turn = turn.then(() => new Promise((resolve) => setTimeout(resolve, LATE_MS))).then(run)
  }
  const page = (items, query) => {
    const size = Number(query.get('itemsPerPage') ?? 100)
    const at = Number(query.get('page') ?? 0) * size
    const pageCount = Math.ceil(items.length / size)
    return [200, { itemCount: items.length, pageCount, items: items.slice(at, at + size) }]
  }
  const fail = (status, error) => [status, { status: 'error', error }]
  const done = [200, { status: 'ok' }]
  const missing = fail(404, 'path not found')

  const change = (what, name, body) => {
    const old = house.configs.get(name)
    const wrong = body && wrongWith(body, known.path)
    if (wrong) return fail(400, wrong)
    if (what === 'add' && old) return fail(400, 'path already exists')
    if ((what === 'patch' || what === 'delete') && !old) return missing
    const base = what === 'patch' ? old : { ...known.path, ...house.global.pathDefaults }
    const next = what === 'delete' ? undefined : { ...base, ...body, name }
    // Later requests see the change; the path itself follows in turn.
    if (next) house.configs.set(name, next)
    else house.configs.delete(name)
    act(() => house.configure(name, next))
    return done
  }
  const answer = async (method, parts, query, body) => {
    const [first, second, third, ...rest] = parts
    const name = decodeURIComponent(rest.join('/'))
    if (first === 'info') return [200, { ...known.info, started: house.started }]
    if (first === 'config' && second === 'global') {
      if (method === 'GET') return [200, house.shown()]
      const wrong = wrongWith(body, known.global)
      if (wrong) return fail(400, wrong)
      await turn
      act(() => house.setGlobal(body))
      return done
    }
    if (first === 'config' && second === 'paths') {
      if (third === 'list') return page([...house.configs.values()], query)
      if (third === 'get') return house.configs.has(name) ? [200, house.configs.get(name)] : missing
      await turn
      return change(third, name, body)
    }
    if (first === 'paths' && second === 'list') return page(house.paths(), query)
    if (first === 'paths' && second === 'get') {
      const wanted = decodeURIComponent(parts.slice(2).join('/'))
      const found = house.paths().find((path) => path.name === wanted)
      return found ? [200, found] : missing
    }
    if (first === 'rtspconns') return page(house.connections(), query)
    if (KICKED.includes(first) && second === 'list') return page(house.sessions(first), query)
    if (KICKED.includes(first) && second === 'kick')
      return house.kick(first, third) ? done : fail(404, 'session not found')
    return [404, undefined]
  }
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://here')
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString('utf8')
    const [status, body] = house.may(house.userOf(request.headers.authorization), 'api')
      ? await answer(
          request.method,
          pathname.split('/').slice(2),
          searchParams,
          text === '' ? undefined : JSON.parse(text),
        )
      : fail(401, 'authentication error')
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
    response.end(body === undefined ? '404 page not found' : JSON.stringify(body))
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
}
