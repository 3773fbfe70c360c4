// How long a process has really run: on a busy machine a child with low priority may wait longer than it works, which is
// no fault of its own. Linux only; elsewhere nothing is known.
import { readFileSync } from 'node:fs'

const TICK_MS = 10

/** Milliseconds of processor time so far, and whether it wants more now; undefined when that can't be read. */
export const ownTime = (pid: number | undefined): { readonly ms: number; readonly runnable: boolean } | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { ms: (Number(fields[11]) + Number(fields[12])) * TICK_MS, runnable: fields[0] === 'R' }
  } catch {
    return undefined
  }
}
