// Whether a request comes from our own page in a browser.
import type { FastifyRequest } from 'fastify'

/** Whether an address (of an Origin or Referer header) is this server's own. */
export const isOwn = (address: string | undefined, host: string): boolean =>
  address !== undefined && URL.canParse(address) && new URL(address).host === host

// `Sec-Fetch-Site` comes only over https, hence the others.
export const isFromPage = ({ headers, host }: FastifyRequest): boolean =>
  headers['sec-fetch-site'] === 'same-origin' ||
  headers['x-requested-with'] !== undefined ||
  isOwn(headers.referer, host)
