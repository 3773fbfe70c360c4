// Secrets as they are kept: sign-in passwords by scrypt, tokens (long and random) by one SHA-256.
import { createHash, randomBytes, randomInt, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

// 16 MB and, on a Raspberry Pi, a good part of a second. Each hash has its own: a later version may ask for more.
const COST = { N: 16384, r: 8, p: 1 }

const derive = (password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(password.normalize('NFC'), salt, 32, options, (error, key) => (error ? reject(error) : resolve(key))),
  )

export const hashPassword = async (password: string): Promise<string> => {
  const salt = randomBytes(16)
  const key = await derive(password, salt, COST)
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

/** A hash that no password fits: for names that don't exist, so that they take as long. */
export const NOBODY = ['scrypt', COST.N, COST.r, COST.p, 'AAAAAAAAAAAAAAAAAAAAAA', ''].join('$')

export const fitsPassword = async (password: string, hash: string): Promise<boolean> => {
  const [kind, n, r, p, salt, key] = hash.split('$')
  if (kind !== 'scrypt' || salt === undefined || key === undefined) return false
  const wanted = Buffer.from(key, 'base64url')
  const found = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(n), r: Number(r), p: Number(p) })
  return wanted.length === found.length && timingSafeEqual(wanted, found)
}

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url')

export const sameSecret = (a: string, b: string): boolean =>
  timingSafeEqual(Buffer.from(hashToken(a)), Buffer.from(hashToken(b)))

// Without the letters that people mistake for each other, and safe inside an rtsp:// address.
const LETTERS = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** A password that a person can copy from a terminal. */
export const randomPassword = (length = 16): string =>
  Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('')

export const randomToken = (): string => `nj_${randomBytes(32).toString('base64url')}`
