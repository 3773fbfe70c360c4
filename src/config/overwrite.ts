// Live settings written into the text of nightjar.yaml, which keeps its comments and everything else. Pure; reading and
// writing the file is store-config.ts's.
import { isAlias, isMap, isNode, isSeq, parseDocument, visit } from 'yaml'
import type { CameraSettings } from '../camera/settings.js'
import { isPlain } from '../lib/check.js'
import { Failure } from '../lib/failure.js'
import { settingsDifference } from './settings-store.js'

export interface Overwritten {
  readonly id: string
  /** What the text says now, with defaults. */
  readonly from: CameraSettings
  readonly to: CameraSettings
}

type Document = ReturnType<typeof parseDocument>
type Path = readonly (string | number)[]

const keyOf = (item: unknown): unknown => (isMap(item) ? item.get('id') : undefined)

/** What was said about the old value stays with the new one. Lists of plain values stand on one line. */
const put = (document: Document, path: Path, value: unknown): void => {
  const node = document.createNode(value)
  visit(node, {
    Seq: (_, seq) => {
      if (!seq.items.some(isMap)) seq.flow = true
    },
  })
  const before = document.getIn(path, true)
  if (isNode(before)) {
    const { comment, commentBefore, spaceBefore } = before
    Object.assign(node, { comment, commentBefore, spaceBefore })
  }
  document.setIn(path, node)
}

/** A group that can be written into: what an alias stands for is copied, what is empty is begun. */
const openGroup = (document: Document, path: Path): void => {
  const node = document.getIn(path, true)
  if (isMap(node)) return
  const values = isAlias(node) ? node.resolve(document)?.toJSON() : undefined
  document.setIn(path, document.createNode(isPlain(values) ? values : {}))
}

/** The text with every setting that differs. Failure 'refused' when a camera does not stand in its list of cameras. */
export const overwriteSettings = (text: string, cameras: readonly Overwritten[]): string => {
  const document = parseDocument(text)
  let changed = false
  for (const { id, from, to } of cameras) {
    const list = document.get('cameras')
    const index = isSeq(list) ? list.items.findIndex((item) => keyOf(item) === id) : -1
    for (const [group, values] of Object.entries(settingsDifference(from, to))) {
      if (index < 0) throw new Failure('refused', `the camera ${id} can't be found in the file's list of cameras`)
      changed = true
      const path = ['cameras', index, group]
      if (!isPlain(values)) {
        put(document, path, values)
        continue
      }
      openGroup(document, path)
      for (const [key, value] of Object.entries(values)) put(document, [...path, key], value)
    }
  }
  const style = {
    flowCollectionPadding: /[{[] /.test(text),
    indentSeq: !/^cameras:[^\n]*\n(?:\s*#[^\n]*\n)*-/m.test(text),
  }
  return changed ? document.toString({ lineWidth: 0, ...style }) : text
}
