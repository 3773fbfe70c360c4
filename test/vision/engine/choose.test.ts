import { describe, expect, it } from 'vitest'
import { chooseDetectors, type Offer } from '../../../src/vision/engine/choose.js'

const own: Offer = { kind: 'onnx', name: 'your own model', labels: ['person', 'parcel'], path: '/o', missing: null }
const picodet: Offer = { kind: 'picodet', name: 'PicoDet', labels: ['person', 'cat'], path: '/p', missing: null }
const yunet: Offer = { kind: 'yunet', name: 'YuNet', labels: ['face'], path: '/y', missing: null }
const opencv: Offer = { kind: 'opencv', name: 'OpenCV', labels: ['person', 'face'], path: null, missing: null }
const without = (offer: Offer): Offer => ({ ...offer, path: null, missing: 'no file' })

describe('auto', () => {
  it.each([
    ['models for all', [picodet, yunet, opencv], 'person by PicoDet; face by YuNet'],
    [
      'no face model',
      [picodet, without(yunet), opencv],
      'person by PicoDet; face by OpenCV, because YuNet has no file',
    ],
    [
      'no model',
      [without(picodet), without(yunet), opencv],
      'person and face by OpenCV, because PicoDet and YuNet have no file',
    ],
    ['your own first', [own, picodet, yunet, opencv], 'person by your own model; face by YuNet'],
  ])('%s', (_name, offers, why) => {
    expect(chooseDetectors('auto', ['person', 'face'], offers).why).toBe(why)
  })

  it('gives each label to one detector, also labels nobody wants yet', () => {
    const { uses } = chooseDetectors('auto', ['face'], [own, picodet, yunet, opencv])
    expect(uses.map(({ kind, labels }) => [kind, ...labels])).toEqual([
      ['onnx', 'person', 'parcel'],
      ['picodet', 'cat'],
      ['yunet', 'face'],
    ])
  })

  it('says what nothing finds', () => {
    expect(chooseDetectors('auto', ['dragon', 'cat'], [without(picodet), yunet, opencv]).why).toBe(
      'nothing here finds dragon and cat: PicoDet has no file',
    )
  })
})

describe('a named engine', () => {
  it('is the only one', () => {
    const { uses, why } = chooseDetectors('picodet', ['person', 'face'], [picodet, yunet, opencv])
    expect(uses.map(({ kind }) => kind)).toEqual(['picodet'])
    expect(why).toBe('person by PicoDet; nothing here finds face')
  })

  it('whose file is missing is none', () => {
    expect(chooseDetectors('yunet', ['face'], [without(yunet), opencv])).toEqual({
      uses: [],
      why: 'nothing here finds face: YuNet has no file',
    })
  })
})
