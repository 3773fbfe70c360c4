// What parts of the page do around a request: say what went wrong, and take a second press for what can't be undone.

const CONFIRM_MS = 4000

/** What went wrong with it, as a sentence; empty when nothing did. */
export const problemOf = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work()
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Whether this is the second press for `id`; the first one is forgotten after 4 s. `sure` is what to show it by. */
export const isSecondPress = (part: { sure: string }, id: string): boolean => {
  if (part.sure === id) {
    part.sure = ''
    return true
  }
  part.sure = id
  setTimeout(() => {
    if (part.sure === id) part.sure = ''
  }, CONFIRM_MS)
  return false
}
