// Text of which nobody knows for sure that it is percent-encoded.

/** Decoded where it is; as it stands where it isn't: a name or a password with a percent sign. */
export const decodePercent = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
