import { expect, test } from 'vitest'
import { createSeamFinder } from '../../src/pipeline/seams.js'

const round = (start: number) => [
  `0, ${start}, ${start}, 512, 87180, 0x09d331e0`,
  `0, ${start + 512}, ${start + 512}, 512, 884, 0x0d6cab24, F=0x0`,
  // As long as the first, but another picture; and the other way round.
  `0, ${start + 1024}, ${start + 1024}, 512, 87180, 0x7900e156`,
  `0, ${start + 1536}, ${start + 1536}, 512, 811, 0x09d331e0`,
]

test('the first packet again is a seam, whatever its time', () => {
  const seams: number[] = []
  let at = 0
  const hear = createSeamFinder(() => seams.push(at))
  for (const line of ['#software: Lavf', '#dimensions 0: 1280x720', ...round(0), ...round(2048), ...round(4096)]) {
    hear(line)
    at++
  }
  expect(seams).toEqual([6, 10])
})
