import { describe, expect, it } from 'vitest'
import { catalogue } from '../../../src/vision/detectors/catalogue.js'

describe('the catalogue', () => {
  it.each(catalogue)('$name can be fetched and checked', ({ name, url, sha256, bytes, licence }) => {
    expect(url).toMatch(/^https:\/\/(raw\.githubusercontent|github)\.com\//)
    expect(url.endsWith(`/${name}`)).toBe(true)
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(bytes).toBeGreaterThan(100_000)
    expect(licence).toMatch(/Apache-2\.0|MIT/)
  })

  it('recommends one file for objects and one for faces', () => {
    expect(catalogue.filter(({ recommended }) => recommended).map(({ name }) => name)).toEqual([
      'picodet_s_320_coco.onnx',
      'yunet_n_dynamic.onnx',
    ])
  })
})
