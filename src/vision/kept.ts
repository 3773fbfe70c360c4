// What is drawn again and again is worked out once.

/** By key; `make` works out what is not there. All are forgotten when there are `most`. */
export const createKept = <T>(most: number): ((key: string, make: () => T) => T) => {
  const kept = new Map<string, T>()
  return (key, make) => {
    const known = kept.get(key)
    if (known !== undefined) return known
    const made = make()
    if (kept.size >= most) kept.clear()
    kept.set(key, made)
    return made
  }
}

/** The same by an object that must stay as it is, and as long as that lives. */
export const createKeptOf = <Owner extends object, T>(
  most: number,
): ((owner: Owner, key: string, make: () => T) => T) => {
  const owners = new WeakMap<Owner, ReturnType<typeof createKept<T>>>()
  return (owner, key, make) => {
    const kept = owners.get(owner) ?? createKept<T>(most)
    owners.set(owner, kept)
    return kept(key, make)
  }
}
