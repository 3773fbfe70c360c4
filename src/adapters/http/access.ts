// Who may do what: one line for every route. A route without a line here does not start.
import type { Role } from '../../camera/ports.js'

export interface Access {
  readonly needs: Role | 'open'
  /** The stream password opens it, too. */
  readonly stream?: true
  /** A signed link opens it, too. */
  readonly link?: true
}

export const access: Readonly<Record<string, Access>> = {
  'GET /health': { needs: 'open' },
  'GET /metrics': { needs: 'viewer' },
  'GET /api/openapi.json': { needs: 'viewer' },

  'POST /api/session': { needs: 'open' },
  'GET /api/session': { needs: 'viewer' },
  'DELETE /api/session': { needs: 'open' },
  'GET /api/tokens': { needs: 'viewer' },
  'POST /api/tokens': { needs: 'viewer' },
  'DELETE /api/tokens/:token': { needs: 'viewer' },
  'GET /api/users': { needs: 'admin' },
  'POST /api/users': { needs: 'admin' },
  'PATCH /api/users/:name': { needs: 'admin' },
  'DELETE /api/users/:name': { needs: 'admin' },
  // One's own with the present password; of others by admins.
  'POST /api/users/:name/password': { needs: 'viewer' },
  'GET /api/users/me/stream-password': { needs: 'viewer' },
  'POST /api/users/me/stream-password': { needs: 'viewer' },
  'DELETE /api/users/me/stream-password': { needs: 'viewer' },

  'GET /api/cameras': { needs: 'viewer' },
  'GET /api/cameras/:id': { needs: 'viewer' },
  'GET /api/cameras/:id/trace': { needs: 'viewer' },
  'GET /api/cameras/:id/settings': { needs: 'viewer' },
  'PATCH /api/cameras/:id/settings': { needs: 'operator' },
  'GET /api/cameras/:id/zones': { needs: 'viewer' },
  'POST /api/cameras/:id/zones': { needs: 'operator' },
  'GET /api/cameras/:id/zones/:zone': { needs: 'viewer' },
  'PUT /api/cameras/:id/zones/:zone': { needs: 'operator' },
  'PATCH /api/cameras/:id/zones/:zone': { needs: 'operator' },
  'DELETE /api/cameras/:id/zones/:zone': { needs: 'operator' },
  'POST /api/cameras/:id/recording': { needs: 'operator' },
  'POST /api/cameras/:id/snapshot': { needs: 'operator' },
  'POST /api/cameras/:id/stack': { needs: 'operator' },
  'GET /api/cameras/:id/snapshot.jpg': { needs: 'viewer', stream: true },
  'GET /api/cameras/:id/snapshot.png': { needs: 'viewer', stream: true },
  'GET /api/cameras/:id/stream.mjpeg': { needs: 'viewer', stream: true },
  'GET /stream': { needs: 'viewer', stream: true },
  'GET /video_feed': { needs: 'viewer', stream: true },
  'GET /api/cameras/:id/live': { needs: 'viewer' },
  'POST /api/cameras/:id/whep': { needs: 'viewer', stream: true },
  'PATCH /api/cameras/:id/whep/:session': { needs: 'viewer', stream: true },
  'DELETE /api/cameras/:id/whep/:session': { needs: 'viewer', stream: true },
  'GET /api/events': { needs: 'viewer' },

  'GET /api/recordings': { needs: 'viewer' },
  'GET /api/recordings/:item': { needs: 'viewer' },
  'PATCH /api/recordings/:item': { needs: 'operator' },
  'DELETE /api/recordings/:item': { needs: 'operator' },
  'GET /api/recordings/:item/video.mp4': { needs: 'viewer', link: true },
  'GET /api/recordings/:item/picture.jpg': { needs: 'viewer', link: true },
  'GET /api/recordings/:item/crop.jpg': { needs: 'viewer', link: true },

  'GET /api/house': { needs: 'admin' },
  'POST /api/house/:action': { needs: 'admin' },
  'GET /api/house/nightjar.yaml': { needs: 'admin' },
  'PUT /api/house/nightjar.yaml': { needs: 'admin' },
  'GET /api/doctor': { needs: 'admin' },
  'GET /api/discover': { needs: 'admin' },
  'POST /api/discover': { needs: 'admin' },
  'GET /api/notify': { needs: 'operator' },
  'POST /api/notify/:name/test': { needs: 'admin' },

  // The page: it holds no secret, and its sign-in must be reachable.
  'GET /*': { needs: 'open' },
}

/** HEAD is allowed where GET is. */
export const accessOf = (method: string, url: string): Access => {
  const found = access[`${method === 'HEAD' ? 'GET' : method} ${url}`]
  if (!found) throw new Error(`src/adapters/http/access.ts says nothing of ${method} ${url}`)
  return found
}
