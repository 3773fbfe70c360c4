// The group `detection` of the house: which detectors, and where their files are. Only the file sets it: it names files.
import { join } from 'node:path'
import type { Slice } from '../../lib/slice.js'
import { type OwnModel, ownModelSlice } from '../detectors/onnx.js'
import { type EngineChoice, engines } from './choose.js'
import type { EngineConfig } from './engine.js'

export interface DetectionConfig {
  readonly engine: EngineChoice
  readonly models_path: string | null
  readonly own: OwnModel
}

export const detectionSchema = {
  engine: {
    doc: 'What looks for things: auto takes the best that is there; picodet and yunet need their models, opencv nothing, onnx your own model',
    format: engines,
    default: 'auto',
  },
  models_path: {
    doc: 'Folder of the models that `nightjar models pull` fetches; without it `models` in the data folder',
    format: 'String',
    default: null,
    nullable: true,
    env: 'NIGHTJAR_MODELS_PATH',
  },
  own: ownModelSlice,
} as const satisfies Slice

/** `data`: the data folder. */
export const engineConfigOf = ({ engine, models_path, own }: DetectionConfig, data: string): EngineConfig => ({
  engine,
  models: models_path ?? join(data, 'models'),
  own: own.path === null ? null : own,
})
