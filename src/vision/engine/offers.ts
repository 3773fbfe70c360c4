// What this machine has to detect with: looks at the model files, the user's own, and Debian's opencv-data.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../lib/failure.js'
import { conditionOf } from '../detectors/catalogue.js'
import { coco } from '../detectors/coco.js'
import type { ModelDetector } from '../detectors/detector.js'
import { modelDetectors } from '../detectors/index.js'
import { type OwnModel, parseLabels } from '../detectors/onnx.js'
import { CASCADE, opencv } from '../detectors/opencv.js'
import type { Offer } from './choose.js'

export interface OffersConfig {
  /** The folder of the catalogue's files. */
  readonly models: string
  readonly own: OwnModel | null
}

const PULL = '"nightjar models pull" fetches it'

const offerOfModel = async (kind: 'picodet' | 'yunet', folder: string): Promise<Offer> => {
  const { name, labels, files }: ModelDetector = modelDetectors[kind]
  const conditions = await Promise.all(files.map((file) => conditionOf(folder, file)))
  const good = files.find((_, index) => conditions[index] === 'good')
  const damaged = files.find((_, index) => conditions[index] === 'damaged')
  const missing = damaged
    ? `a damaged file, ${join(folder, damaged.name)} (${PULL} again)`
    : `no file in ${folder} (${PULL})`
  return { kind, name, labels, path: good ? join(folder, good.name) : null, missing: good ? null : missing }
}

/** Failure 'invalid' when the labels file can't be read. */
const offerOfOwn = async ({ path, labels_path }: OwnModel): Promise<Offer> => {
  const labels = labels_path
    ? await readFile(labels_path, 'utf8').then(parseLabels, (cause: unknown) => {
        throw new Failure('invalid', `the labels file ${labels_path} can't be read`, { cause })
      })
    : coco
  const missing = path === null ? 'no path' : existsSync(path) ? null : `no file ${path}`
  return { kind: 'onnx', name: 'your own model', labels, path, missing }
}

const offerOfOpencv = (): Offer => {
  const faces = existsSync(CASCADE)
  const labels = opencv.labels.filter((label) => label !== 'face' || faces)
  return { kind: 'opencv', name: opencv.name, labels, path: null, missing: null }
}

/** In the order of preference: what somebody configured, the models, what needs no download. */
export const lookForOffers = async ({ models, own }: OffersConfig): Promise<Offer[]> => [
  ...(own?.path ? [await offerOfOwn(own)] : []),
  await offerOfModel('picodet', models),
  await offerOfModel('yunet', models),
  offerOfOpencv(),
]
