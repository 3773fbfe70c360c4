// What a body may hold before anybody looks into it: checks that go through all of it must come to an end soon, and
// not run out of stack.

const MOST_LEVELS = 32
const MOST_VALUES = 20_000

export const isModest = (value: unknown): boolean => {
  let values = 0
  const look = (one: unknown, levels: number): boolean => {
    if (++values > MOST_VALUES) return false
    if (typeof one !== 'object' || one === null) return true
    return levels > 0 && Object.values(one).every((inner) => look(inner, levels - 1))
  }
  return look(value, MOST_LEVELS)
}
