// The built page (`dist/web`), served at `/`. Without a build: a sentence that says how to get one.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../lib/failure.js'
import type { App } from './routes/app.js'

const MISSING = `Nightjar runs, but its page isn't built. In a clone: npm run build. The API is at api/openapi.json.\n`

export const addPage = (app: App, webRoot: string): void => {
  app.get('/*', { schema: { hide: true } }, (request, reply) => {
    const path = (request.params as { '*': string })['*']
    if (path.startsWith('api/')) throw new Failure('not-found', `There is no ${request.method} /${path}`)
    if (!existsSync(join(webRoot, 'index.html'))) return reply.code(503).type('text/plain').send(MISSING)
    // Vite puts a hash of the content into the name of every asset.
    const hashed = path.startsWith('assets/')
    reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    return reply.sendFile(path || 'index.html', webRoot, { cacheControl: false, dotfiles: 'deny' })
  })
}
