// Keeps secrets out of what people read: credentials in addresses, and values under secret names.

// Schemes are bounded: strangers send us megabytes of letters and dots.
const CREDENTIALS = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"'<>@]*(?:@[^\s/?#"'<>@]*)*@/gi
const SECRET_NAME = /(password|passwd|secret|token|api_?key|authorization|cookie)(?!_file)$/i

/** `rtsp://user:pass@host` becomes `rtsp://***@host`, anywhere in a text. */
export const redactText = (text: string): string => text.replace(CREDENTIALS, '$1***@')

/** A copy with every value under a secret name as "***" and every address without its credentials. */
export const redactValue = (value: unknown, name = ''): unknown => {
  if (value !== null && value !== undefined && value !== '' && SECRET_NAME.test(name)) return '***'
  if (typeof value === 'string') return redactText(value)
  if (Array.isArray(value)) return value.map((item) => redactValue(item))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactValue(item, key)]))
}
