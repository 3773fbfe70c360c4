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
  /** Why it can't be used, as part of a sentence; null: it can. */
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
    const because = better.map(({ name, missing }) => `${name} ${missing}`)
    return [`${names} by ${offer.name}${because.length > 0 ? `, because ${list(because)}` : ''}`]
  })
  const nobody = wanted.filter((label) => !owner.has(label))
  if (nobody.length > 0) {
    const could = asked.filter(({ labels, missing }) => missing !== null && labels.some((one) => nobody.includes(one)))
    const because = could.map(({ name, missing }) => `${name} ${missing}`)
    told.push(`nothing here finds ${list(nobody)}${because.length > 0 ? `: ${list(because)}` : ''}`)
  }
  return { uses, why: told.length > 0 ? told.join('; ') : 'no label is wanted' }
}
