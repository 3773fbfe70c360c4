// The Python program that Nightjar grew out of, beside us on the same stream: `apt-get install python3-opencv` adds it.
// PYTHON names another interpreter.
import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const PYTHON = process.env.PYTHON ?? 'python3'

export const ancestorIsHere = () => {
  try {
    execFileSync(PYTHON, ['-c', 'import cv2; cv2.CascadeClassifier'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Runs when its first picture is there; rejects when it can't. */
export const startAncestor = async (/** @type {string} */ url) => {
  const child = spawn(PYTHON, [join(import.meta.dirname, 'ancestor.py'), url], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise((done) => child.once('exit', done))
  const stop = async () => {
    child.kill()
    await exited
  }
  const address = await Promise.race([
    new Promise((give) => createInterface({ input: child.stdout }).once('line', give)),
    exited,
  ])
  if (typeof address !== 'string') throw new Error(`the ancestor ended with ${address}`)
  return { pid: /** @type {number} */ (child.pid), url: new URL(address), stop }
}
