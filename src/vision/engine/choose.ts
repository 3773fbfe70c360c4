// Which detector looks for which label, and why: a pure decision. The first in the order of preference that is there
// and knows a label gets it; what is missing is said with what to do.

export const engines = ['auto', 'picodet', 'yunet', 'opencv', 'onnx'] as const
export type EngineChoice = (typeof engines)[number]

/** A detector of this machine, in the order of preference. */
export interface Offer {
  readonly kind: Exclude<EngineChoice, 'auto'>
  /** For sentences: "PicoDet". */
  readonly name: string
  readonly labels: readonly string[]
  /** The model file; null where none is needed. */
  readonly path: string | null
  /** What it has instead of what it needs ("no file in /data/models"), as part of a sentence; null: it can be used. */
  readonly missing: string | null
}

/** A detector and the labels it is asked for. */
export interface Use {
  readonly kind: Offer['kind']
  readonly name: string
  readonly path: string | null
  readonly labels: readonly string[]
}

export interface Choice {
  readonly uses: readonly Use[]
  /** One sentence for doctor, health and the page. */
  readonly why: string
}

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

/** "PicoDet and YuNet have no file" */
const reasons = (offers: readonly Offer[]): string => {
  const texts = [...new Set(offers.map(({ missing }) => missing))]
  const told = texts.map((text) => {
    const names = offers.filter(({ missing }) => missing === text).map(({ name }) => name)
    return `${list(names)} ${names.length > 1 ? 'have' : 'has'} ${text}`
  })
  return list(told)
}

const SHOWN = 4

/** `wanted` decides what the sentence is about; other labels are assigned all the same, for whoever wants them later. */
export const chooseDetectors = (engine: EngineChoice, wanted: readonly string[], offers: readonly Offer[]): Choice => {
  const asked = engine === 'auto' ? offers : offers.filter(({ kind }) => kind === engine)
  const owner = new Map<string, Offer>()
  for (const offer of asked) {
    if (offer.missing !== null) continue
    for (const label of offer.labels) if (!owner.has(label)) owner.set(label, offer)
  }
  const uses = asked.flatMap((offer) => {
    const labels = offer.labels.filter((label) => owner.get(label) === offer)
    return labels.length > 0 ? [{ kind: offer.kind, name: offer.name, path: offer.path, labels }] : []
  })
  const told = asked.flatMap((offer) => {
    const labels = wanted.filter((label) => owner.get(label) === offer)
    if (labels.length === 0) return []
    const names = labels.length > SHOWN ? `${labels.length} labels` : list(labels)
    const better = asked
      .slice(0, asked.indexOf(offer))
      .filter(({ missing, labels: known }) => missing !== null && labels.some((label) => known.includes(label)))
    return [`${names} by ${offer.name}${better.length > 0 ? `, because ${reasons(better)}` : ''}`]
  })
  const nobody = wanted.filter((label) => !owner.has(label))
  if (nobody.length > 0) {
    const could = asked.filter(({ labels, missing }) => missing !== null && labels.some((one) => nobody.includes(one)))
    told.push(`nothing here finds ${list(nobody)}${could.length > 0 ? `: ${reasons(could)}` : ''}`)
  }
  return { uses, why: told.length > 0 ? told.join('; ') : 'no label is wanted' }
}
