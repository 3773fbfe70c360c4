// What `process_image(frame, context)` is given beside the picture: zones, drawing, the camera's state, and the way to
// report. docs/processor.md tells users about it.
import type { CameraState } from '../../camera/state.js'
import type { Point } from '../../lib/box.js'
import {
  type BoxOptions,
  drawBox,
  drawLine,
  drawText,
  type LineOptions,
  type Pixels,
  type TextOptions,
} from './draw.js'
import { findZone, type PixelZone, pixelZone, viewOf, type ZoneView } from './pixel-zones.js'
import type { Reports } from './reports.js'

export interface ProcessorContext extends Reports {
  /** The camera's id. */
  readonly camera: string
  /** When the camera saw the picture. */
  readonly time: Date
  readonly state: CameraState
  readonly zones: readonly PixelZone[]
  /** By id or name; throws an error that lists the zones there are. */
  zone(name: string): PixelZone
  isolate(name: string): ZoneView
  text(x: number, y: number, words: string, options?: TextOptions): void
  box(x: number, y: number, width: number, height: number, options?: BoxOptions): void
  line(x1: number, y1: number, x2: number, y2: number, options?: LineOptions): void
  /** A closed line through points, such as a zone's. */
  polygon(points: readonly Point[], options?: LineOptions): void
}

/** Makes the context of each picture; zones are worked out anew only when they or the picture's size change. */
export const createContexts = (reports: Reports) => {
  let zones: {
    readonly of: CameraState['settings']['zones']
    readonly size: string
    readonly all: readonly PixelZone[]
  }
  const zonesOf = (state: CameraState, { width, height }: Pixels): readonly PixelZone[] => {
    const { zones: of } = state.settings
    const size = `${width}x${height}`
    if (zones?.of !== of || zones.size !== size)
      zones = { of, size, all: of.map((zone) => pixelZone(zone, width, height)) }
    return zones.all
  }
  return (frame: Pixels, state: CameraState, at: number): ProcessorContext => {
    const all = zonesOf(state, frame)
    const line: ProcessorContext['line'] = (...args) => drawLine(frame, ...args)
    return {
      ...reports,
      camera: state.id,
      time: new Date(at),
      state,
      zones: all,
      zone: (name) => findZone(all, name),
      isolate: (name) => viewOf(findZone(all, name), frame),
      text: (...args) => drawText(frame, ...args),
      box: (...args) => drawBox(frame, ...args),
      line,
      polygon: (points, options) => {
        for (const [i, to] of points.entries()) {
          const from = points.at(i - 1) ?? to
          line(from.x, from.y, to.x, to.y, options)
        }
      },
    }
  }
}
