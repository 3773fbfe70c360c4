// The engine's child process: loads detectors, looks at pictures, one after the other. Talks over stdin and pipe 3
// (wire.ts); whatever libraries print goes to stdout and stderr. Ends with its stdin.
import { Socket } from 'node:net'
import { setPriority } from 'node:os'
import { sentenceOf } from '../../lib/failure.js'
import { createSerial } from '../../lib/serial.js'
import { modelDetectors } from '../detectors/index.js'
import { defineOwnModel } from '../detectors/onnx.js'
import type { Use } from './choose.js'
import type { Looker } from './looker.js'
import { type Candidate, merge } from './merge.js'
import { type Answer, createMessageReader, type Request, writeMessage } from './wire.js'

type Setup = Extract<Request, { type: 'setup' }>
type Look = Extract<Request, { type: 'look' }>

/** No score is that high. */
const NEVER = Number.POSITIVE_INFINITY
/** Streams and recordings come first. */
const NICE = 5

const loadUse = async ({ kind, path, labels }: Use, own: Setup['own']): Promise<Looker> => {
  if (kind === 'opencv') return (await import('./run-opencv.js')).loadOpencv(labels)
  const { loadModel } = await import('./run-onnx.js')
  if (path === null) throw new Error('it has no file')
  if (kind !== 'onnx') return loadModel(modelDetectors[kind], path)
  if (own === null) throw new Error('it has no options')
  return loadModel(defineOwnModel(own, labels), path)
}

/** A grey picture: the first look makes everything ready, so that no later one is slow. */
const GREY = { data: new Uint8Array(64 * 64 * 1.5).fill(128), width: 64, height: 64 }

interface Engine {
  load(use: Use): Promise<Looker>
  usesFor(labels: readonly string[]): readonly Use[]
}

const createEngine = ({ uses, own }: Setup): Engine => {
  const loaded = new Map<Use, Promise<Looker>>()
  const begin = async (use: Use): Promise<Looker> => {
    try {
      const looker = await loadUse(use, own)
      await looker.look(GREY, { windows: [], sweep: true }, () => looker.score)
      return looker
    } catch (cause) {
      const from = use.path ? ` from ${use.path}` : ''
      throw new Error(`${use.name} can't be used${from}: ${sentenceOf(cause)}`, { cause })
    }
  }
  return {
    load: (use) => {
      const loading = loaded.get(use) ?? begin(use)
      loaded.set(use, loading)
      return loading
    },
    usesFor: (labels) => uses.filter((use) => use.labels.some((label) => labels.includes(label))),
  }
}

const setUp = async (engine: Engine, labels: readonly string[]): Promise<Answer> => {
  const uses = engine.usesFor(labels)
  const results = await Promise.allSettled(uses.map(engine.load))
  const problems = results.flatMap((result) => (result.status === 'rejected' ? [sentenceOf(result.reason)] : []))
  if (uses.length > 0 && problems.length === uses.length) return { type: 'failed', problem: problems.join('; ') }
  return { type: 'ready', problems }
}

const look = async (engine: Engine, request: Look, data: Uint8Array): Promise<Answer> => {
  const { width, height, labels, score } = request
  const lookers = await Promise.allSettled(engine.usesFor(labels).map(engine.load))
  const good = lookers.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const broken = lookers.find((result) => result.status === 'rejected')
  if (good.length === 0 && broken) throw broken.reason
  const candidates: Candidate[] = []
  for (const looker of good) {
    const least = (label: string): number => (labels.includes(label) ? (score[label] ?? looker.score) : NEVER)
    candidates.push(...(await looker.look({ data, width, height }, request, least)))
  }
  return { type: 'found', detections: merge(candidates) }
}

const answers = new Socket({ fd: 3 })
const tell = (answer: Answer): void => writeMessage(answers, answer)
const inTurn = createSerial()
let engine: Engine | undefined

const read = createMessageReader<Request>((request, body) => {
  void inTurn(async () => {
    if (request.type === 'setup') {
      engine = createEngine(request)
      return setUp(engine, request.labels)
    }
    if (!engine) throw new Error('a look before the setup')
    return look(engine, request, body)
  }).then(tell, (error: unknown) => tell({ type: 'failed', problem: sentenceOf(error) }))
})

setPriority(NICE)
process.stdin.on('data', read)
process.stdin.once('end', () => process.exit(0))
