// "Did you mean …?": the known word nearest to a mistyped one.

const distance = (a: string, b: string): number => {
  let above = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const swap = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      line.push(Math.min(swap, (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1))
    }
    above = line
  }
  return above[b.length] ?? 0
}

/** The known word at most a third of its letters away, or sharing its beginning; undefined when none is near. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  const plain = word.toLowerCase()
  const rated = known
    // What differs more in length alone can't be near, however long it is.
    .filter((name) => Math.abs(name.length - plain.length) <= Math.ceil(name.length / 3))
    .map((name) => ({ name, far: distance(plain, name.toLowerCase()) }))
    .filter(({ name, far }) => far <= Math.ceil(name.length / 3))
    .sort((a, b) => a.far - b.far)
  return rated[0]?.name ?? known.find((name) => plain.length >= 3 && name.startsWith(plain))
}
