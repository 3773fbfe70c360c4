// How far a download is, as a line that is written over itself. Pure.

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

const BAR = 24

/** `picodet.onnx  ███████░░░  34 %  of 4.0 MB`; without a total only what has come. */
export const formatBar = (name: string, so: number, total: number | null): string => {
  if (total === null) return `${name}  ${megabytes(so)}`
  const share = Math.min(1, so / total)
  const full = Math.round(share * BAR)
  return `${name}  ${'█'.repeat(full)}${'░'.repeat(BAR - full)}  ${Math.round(share * 100)} %  of ${megabytes(total)}`
}
