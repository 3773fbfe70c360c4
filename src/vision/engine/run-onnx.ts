// Runs a model file with ONNX Runtime: one thread, quiet, without an arena that keeps memory. In the child only.
import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { ModelDetector, ModelInput, Tensor as Numbers } from '../detectors/detector.js'
import type { Looker } from './looker.js'
import type { Candidate } from './merge.js'
import { createSampler, type Region, type Yuv } from './sample.js'
import { candidatesOf, type Lens, planViews } from './views.js'

interface Shape extends Lens {
  readonly channelsLast: boolean
  readonly bytes: boolean
}

/** What the file says of its input, where it says it; else the detector's. */
const shapeOf = (session: InferenceSession, { width, height, step, keepShape }: ModelInput): Shape => {
  const [input] = session.inputMetadata
  if (!input?.isTensor || session.inputNames.length !== 1) throw new Error('it does not take one picture')
  if (input.type !== 'float32' && input.type !== 'uint8') {
    throw new Error(`it takes ${input.type} numbers: please export it with float32`)
  }
  const { shape } = input
  if (shape.length !== 4) throw new Error(`its input has ${shape.length} dimensions instead of 4`)
  const channelsLast = shape[3] === 3
  const [down, across] = channelsLast ? [shape[1], shape[2]] : [shape[2], shape[3]]
  const fixed = typeof down === 'number' && typeof across === 'number' && down > 0 && across > 0
  return {
    width: fixed ? across : width,
    height: fixed ? down : height,
    step: fixed ? null : step,
    keepShape,
    channelsLast,
    bytes: input.type === 'uint8',
  }
}

/** Three planes, one after the other, as pixels of three. */
const interleave = (planes: Float32Array): Float32Array => {
  const size = planes.length / 3
  const out = new Float32Array(planes.length)
  for (let at = 0, i = 0; i < size; i++) {
    out[at++] = planes[i] as number
    out[at++] = planes[i + size] as number
    out[at++] = planes[i + 2 * size] as number
  }
  return out
}

const AS_BYTES = { mean: [0, 0, 0], std: [1, 1, 1] } as const

export const loadModel = async (detector: ModelDetector, path: string): Promise<Looker> => {
  const session = await InferenceSession.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    enableCpuMemArena: false,
    graphOptimizationLevel: 'all',
  })
  const shape = shapeOf(session, detector.input)
  const values = shape.bytes ? { ...detector.input, ...AS_BYTES } : detector.input
  const name = session.inputNames[0] as string
  const sampler = createSampler()

  const tensorOf = (picture: Yuv, region: Region, width: number, height: number): Tensor => {
    const planes = sampler.rgb(picture, region, width, height, values)
    const numbers = shape.channelsLast ? interleave(planes) : planes
    const dims = shape.channelsLast ? [1, height, width, 3] : [1, 3, height, width]
    return shape.bytes ? new Tensor('uint8', Uint8Array.from(numbers), dims) : new Tensor('float32', numbers, dims)
  }
  const look: Looker['look'] = async (picture, request, least) => {
    const found: Candidate[] = []
    const views = planViews(shape, request, picture.width, picture.height)
    for (const view of views) {
      const { region, width, height } = view
      const outputs = await session.run({ [name]: tensorOf(picture, region, width, height) })
      const numbers = session.outputNames.map((output): Numbers => {
        const { data, dims } = outputs[output] as Tensor
        return { data: data as unknown as ArrayLike<number>, dims }
      })
      const detections = detector.decode(numbers, { least, width, height })
      found.push(...candidatesOf(view, views, detections, picture.width, picture.height))
    }
    return found
  }
  return { look, score: detector.score }
}
