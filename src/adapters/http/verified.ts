// Password checks that cost little when they can and are bounded when they can't: a password that fitted is remembered
// for some minutes (hashed, in memory), and only a few scrypts wait at a time.
import { createHmac, randomBytes } from 'node:crypto'
import { Failure } from '../../lib/failure.js'
import { createSerial } from '../../lib/serial.js'
import { fitsPassword } from './passwords.js'

const REMEMBER_MS = 5 * 60_000
const MOST_REMEMBERED = 200
const MOST_WAITING = 16

export interface Verifier {
  /** Whether the password fits the hash. Failure 'too-many' when too many others wait. */
  fits(password: string, hash: string): Promise<boolean>
}

/** `now`: monotonic milliseconds. */
export const createVerifier = (now: () => number): Verifier => {
  const secret = randomBytes(32)
  const remembered = new Map<string, number>()
  const inTurn = createSerial()
  let waiting = 0
  return {
    fits: async (password, hash) => {
      // The hash is part of the key: a changed password forgets the old one at once.
      const key = createHmac('sha256', secret).update(`${hash}\0${password}`).digest('base64')
      const until = remembered.get(key)
      if (until !== undefined && until > now()) return true
      if (waiting >= MOST_WAITING) throw new Failure('too-many', 'Too many sign-ins at once; try again in a minute')
      waiting++
      const good = await inTurn(() => fitsPassword(password, hash)).finally(() => waiting--)
      remembered.delete(key)
      if (!good) return false
      remembered.set(key, now() + REMEMBER_MS)
      const [oldest] = remembered.keys()
      if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest)
      return true
    },
  }
}
