// OpenCV's classic detectors, for a machine without any model file: faces by a Haar cascade (Viola and Jones 2001,
// Debian's opencv-data), people by HOG (Dalal and Triggs 2005, its coefficients are in the library). How they are
// run is the engine's; what their counts and margins are worth is said here.
import { defineDetector } from './detector.js'

export const opencv = defineDetector({
  kind: 'opencv',
  name: 'OpenCV',
  labels: ['person', 'face'],
  files: [],
  score: 0.5,
})

/** `alt2` finds what the default one finds, without its false faces in hair and cloth. */
export const CASCADE = '/usr/share/opencv4/haarcascades/haarcascade_frontalface_alt2.xml'

/** Six overlapping finds are a face, two a guess. */
export const scoreOfNeighbours = (count: number): number => count / (count + 6)

/** The support vector machine's margin, from 0: about 1 for a person. */
export const scoreOfMargin = (margin: number): number => Math.max(0, margin) / (Math.max(0, margin) + 1)
