// One look of the doctor's: what it saw. What it is about is said where all looks come together, in checks.ts.
import type { Finding } from '../camera/ports.js'

export type Look = Omit<Finding, 'about'>

export const ok = (what: string): Look => ({ status: 'ok', what })
export const warn = (what: string, todo: string): Look => ({ status: 'warn', what, todo })
export const bad = (what: string, todo: string): Look => ({ status: 'bad', what, todo })
