// What runs for a camera that is asked first: only the question, until it has answered.
import { expect, test } from 'vitest'
import { planCamera } from '../../src/pipeline/plan.js'
import type { OnvifSourceConfig } from '../../src/sources/onvif.js'

const source: OnvifSourceConfig = {
  ...{ kind: 'onvif', address: 'cam', username: 'ada', password: 'sesame' },
  ...{ profile: 'auto', sub_profile: 'auto', transport: 'tcp', events: true, check_certificate: true },
}
const addresses = { main: 'rtsp://ada:sesame@cam/1', sub: 'rtsp://ada:sesame@cam/2', what: 'a camera' }
const plan = (change: Partial<Parameters<typeof planCamera>[0]> = {}) =>
  planCamera({
    ...{ id: 'porch', source, capture: true, night: false, video: null, ringWidth: null },
    gateway: { pulls: false, rpi: false, serviceUrl: (path) => `rtsp://gateway/${path}` },
    image: { brightness: 0, contrast: 0, saturation: 0, sharpness: 0 },
    privacy: { enabled: false, polygons: [] },
    ...change,
  })
const names = (change = {}): string[] => Object.keys(plan(change).jobs)

test('nothing but the question, until there is an answer', () => {
  expect(names()).toEqual(['addresses'])
  expect(plan().paths).toEqual([])
})

test('then its video is read where it said, its reports are heard, its image is set', () => {
  expect(names({ addresses })).toEqual([
    'addresses',
    'reports',
    'image',
    'publisher main',
    'tap main',
    'publisher sub',
    'tap sub',
  ])
  expect(JSON.stringify(plan({ addresses }).jobs['publisher sub'])).toContain(addresses.sub)
  expect(names({ addresses, source: { ...source, events: false } })).not.toContain('reports')
})

test('an answer that stays the same changes nothing; stopped, it is not even asked', () => {
  expect(plan({ addresses: { ...addresses } })).toEqual(plan({ addresses }))
  expect(names({ addresses, capture: false })).toEqual([])
})
