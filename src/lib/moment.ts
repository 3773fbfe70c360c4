// A moment as people and programs write it.
import { Failure } from './failure.js'

/** Wall ms of an ISO 8601 time, or of seconds or milliseconds since 1970; Failure 'invalid'. */
export const parseMoment = (name: string, value: unknown): number => {
  const text = typeof value === 'string' ? value.trim() : ''
  const number = typeof value === 'number' ? value : Number(text || Number.NaN)
  // Up to 1e11 a number is seconds (the year 5138), above it milliseconds (from 1973 on).
  const ms = Number.isNaN(number) ? Date.parse(text) : number < 1e11 ? number * 1000 : number
  if (Number.isFinite(ms) && Math.abs(ms) <= 8.64e15) return ms
  throw new Failure('invalid', `${name}: must be a time such as 2026-11-20T18:00:00Z, or seconds since 1970`)
}
