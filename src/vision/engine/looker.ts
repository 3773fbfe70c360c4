// What the child has of a detector once it is loaded, whatever runs it.
import type { Box } from '../../lib/box.js'
import type { Candidate } from './merge.js'
import type { Yuv } from './sample.js'

export interface Looker {
  /** Everything found with at least the score that `least` gives its label, not thinned out. */
  look(
    picture: Yuv,
    request: { readonly windows: readonly Box[]; readonly sweep: boolean },
    least: (label: string) => number,
  ): Promise<Candidate[]>
  /** The least score where nobody says another. */
  readonly score: number
}
