// Runs OpenCV's Haar cascade and HOG people detector: its WASM build, which brings no types that hold. In the child
// only. What is made in WASM's memory is deleted by hand.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { CASCADE, opencv, scoreOfMargin, scoreOfNeighbours } from '../detectors/opencv.js'
import type { Looker } from './looker.js'
import type { Candidate } from './merge.js'
import { createSampler } from './sample.js'
import { candidatesOf, type Lens, planViews, type View } from './views.js'

/** Memory of WASM's. */
interface Held {
  delete(): void
}
interface List<T> extends Held {
  size(): number
  get(index: number): T
}
interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
interface Mat extends Held {
  readonly data: Uint8Array
  readonly data32F: Float32Array
}
interface Cascade {
  load(name: string): boolean
  detectMultiScale2(
    ...args: [Mat, List<Rect>, List<number>, scale: number, neighbours: number, flags: number, Rect2, Rect2]
  ): void
}
interface Hog {
  setSVMDetector(weights: Mat): void
  detectMultiScale(
    ...args: [Mat, List<Rect>, List<number>, hit: number, Rect2, Rect2, scale: number, group: number, shift: boolean]
  ): void
}
type Rect2 = object

/** The part of OpenCV that is used here. */
interface OpenCv {
  readonly CV_8UC1: number
  readonly CV_32FC1: number
  readonly Mat: new (rows: number, columns: number, type: number) => Mat
  readonly Size: new (width: number, height: number) => Rect2
  readonly RectVector: new () => List<Rect>
  readonly IntVector: new () => List<number>
  readonly DoubleVector: new () => List<number>
  readonly CascadeClassifier: new () => Cascade
  readonly HOGDescriptor: (new () => Hog) & { getDefaultPeopleDetector(): List<number> }
  FS_createDataFile(
    ...args: [folder: string, name: string, data: Uint8Array, read: boolean, write: boolean, own: boolean]
  ): void
}

/** The smallest face in a view, in pixels; a step of the scale. */
const SMALLEST_FACE = 24
const FACE_STEP = 1.2
const FEWEST_NEIGHBOURS = 2
const PERSON_STEP = 1.1
/** The person that HOG knows is 96 of 128 pixels tall and a third as wide, in the middle of its box. */
const PERSON_IN_BOX = { x: 0.18, y: 0.1, width: 0.64, height: 0.8 }

const lens = (width: number, height: number): Lens => ({ width, height, step: 8, keepShape: true })
/** People must be 100 pixels tall: the whole picture is enlarged for that. */
const PERSON_LENSES = { sweep: lens(960, 540), window: lens(400, 400) }
const FACE_LENSES = { sweep: lens(640, 360), window: lens(320, 320) }

/**
 * The package gives the library itself, which says when it is ready. It has a `then` that gives itself again: a promise
 * of it never ends, so it travels in an object.
 */
const load = async (): Promise<{ readonly cv: OpenCv }> => {
  type Given = Partial<OpenCv> & { onRuntimeInitialized?: () => void }
  const given: Given = createRequire(import.meta.url)('@techstark/opencv-js')
  if (!given.Mat) {
    await new Promise<void>((resolve) => {
      given.onRuntimeInitialized = resolve
    })
  }
  return { cv: given as OpenCv }
}

type Find = (grey: Mat, view: View) => { readonly label: string; readonly score: number; readonly box: Rect }[]

const scaled = ({ x, y, width, height }: Rect, view: View): Rect => ({
  x: x / view.width,
  y: y / view.height,
  width: width / view.width,
  height: height / view.height,
})

const faceFinder = (cv: OpenCv): Find => {
  const cascade = new cv.CascadeClassifier()
  cv.FS_createDataFile('/', 'faces.xml', readFileSync(CASCADE), true, false, false)
  if (!cascade.load('faces.xml')) throw new Error(`OpenCV can't read ${CASCADE}`)
  const none = new cv.Size(0, 0)
  const smallest = new cv.Size(SMALLEST_FACE, SMALLEST_FACE)
  return (grey, view) => {
    const [faces, counts] = [new cv.RectVector(), new cv.IntVector()]
    try {
      cascade.detectMultiScale2(grey, faces, counts, FACE_STEP, FEWEST_NEIGHBOURS, 0, smallest, none)
      return Array.from({ length: faces.size() }, (_, i) => ({
        label: 'face',
        score: scoreOfNeighbours(counts.get(i)),
        box: scaled(faces.get(i), view),
      }))
    } finally {
      faces.delete()
      counts.delete()
    }
  }
}

const personFinder = (cv: OpenCv): Find => {
  const hog = new cv.HOGDescriptor()
  const numbers = cv.HOGDescriptor.getDefaultPeopleDetector()
  const weights = new cv.Mat(numbers.size(), 1, cv.CV_32FC1)
  for (let i = 0; i < numbers.size(); i++) weights.data32F[i] = numbers.get(i)
  hog.setSVMDetector(weights)
  numbers.delete()
  weights.delete()
  const stride = new cv.Size(8, 8)
  const none = new cv.Size(0, 0)
  return (grey, view) => {
    const [people, margins] = [new cv.RectVector(), new cv.DoubleVector()]
    try {
      hog.detectMultiScale(grey, people, margins, 0, stride, none, PERSON_STEP, 2, false)
      return Array.from({ length: people.size() }, (_, i) => {
        const { x, y, width, height } = people.get(i)
        const person = {
          x: x + PERSON_IN_BOX.x * width,
          y: y + PERSON_IN_BOX.y * height,
          width: PERSON_IN_BOX.width * width,
          height: PERSON_IN_BOX.height * height,
        }
        return { label: 'person', score: scoreOfMargin(margins.get(i)), box: scaled(person, view) }
      })
    } finally {
      people.delete()
      margins.delete()
    }
  }
}

/** `labels`: person, face or both. */
export const loadOpencv = async (labels: readonly string[]): Promise<Looker> => {
  const { cv } = await load()
  const finders = [
    ...(labels.includes('person') ? [{ label: 'person', find: personFinder(cv), lenses: PERSON_LENSES }] : []),
    ...(labels.includes('face') ? [{ label: 'face', find: faceFinder(cv), lenses: FACE_LENSES }] : []),
  ]
  const sampler = createSampler()
  const look: Looker['look'] = async (picture, { windows, sweep }, least) => {
    const found: Candidate[] = []
    for (const { label, find, lenses } of finders.filter(({ label }) => least(label) <= 1)) {
      const views = [
        ...planViews(lenses.sweep, { windows: [], sweep }, picture.width, picture.height),
        ...planViews(lenses.window, { windows, sweep: false }, picture.width, picture.height),
      ]
      for (const view of views) {
        const grey = new cv.Mat(view.height, view.width, cv.CV_8UC1)
        try {
          grey.data.set(sampler.luma(picture, view.region, view.width, view.height))
          const good = find(grey, view).filter(({ score }) => score >= least(label))
          found.push(...candidatesOf(view, views, good, picture.width, picture.height))
        } finally {
          grey.delete()
        }
      }
    }
    return found
  }
  return { look, score: opencv.score }
}
