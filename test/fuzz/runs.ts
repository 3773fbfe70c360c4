// How often a property is tried: a little in every test run, as long as asked by `npm run fuzz` (FUZZ_SECONDS for each).
const seconds = Number(process.env.FUZZ_SECONDS ?? 0)

/** For `fc.assert`; `quick` runs in the everyday tests. */
export const tries = (quick: number) =>
  seconds > 0
    ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false }
    : { numRuns: quick }

export const TIMEOUT_MS = seconds > 0 ? (seconds + 60) * 1000 : 20_000
