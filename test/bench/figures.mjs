// Numbers out of measured rounds.

/** @param {number[]} values */
export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length === 0
    ? Number.NaN
    : ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2
}

/** @param {number[]} values @param {number} share 0..1 */
export const percentile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN

/** @param {Record<string, number>} byRole */
export const sum = (byRole) => Object.values(byRole).reduce((a, b) => a + b, 0)

/**
 * Without the publisher, where it stands for the camera.
 * @param {{ cpu: Record<string, number>, whole?: boolean }} result @param {Record<string, number>} [of]
 */
export const counted = ({ cpu, whole }, of = cpu) => sum(of) - (whole ? 0 : (of.publisher ?? 0))

/** @param {number} value */
export const fixed = (value, digits = 2) => (Number.isFinite(value) ? value.toFixed(digits) : '–')
