// What Home Assistant is told: the whole payload, and what must hold for any.
import { describe, expect, it } from 'vitest'
import { bridgeDiscovery } from '../../../src/adapters/mqtt/bridge.js'
import { cameraDiscovery } from '../../../src/adapters/mqtt/discovery.js'
import { entities } from '../../../src/adapters/mqtt/entities/index.js'
import { createTopics } from '../../../src/adapters/mqtt/topics.js'
import { fakeState } from '../../support/fake-cameras.js'

const context = (base = 'nightjar') => ({
  topics: createTopics(base, 'homeassistant'),
  version: '1.2.3',
  url: 'http://nightjar.lan:8080',
})

describe('discovery', () => {
  it('of a camera', () => {
    const text = JSON.stringify(cameraDiscovery(fakeState('porch'), context()), null, 1)
    return expect(`${text}\n`).toMatchFileSnapshot('./camera-discovery.txt')
  })

  it('of the bridge', () => {
    const text = JSON.stringify(bridgeDiscovery({ ...context(), url: '' }), null, 1)
    return expect(`${text}\n`).toMatchFileSnapshot('./bridge-discovery.txt')
  })

  it('uses no reserved id, and no id twice', () => {
    const ids = entities.map(({ id }) => id)
    expect(ids.filter((id) => ['event', 'availability', 'command', 'response'].includes(id))).toEqual([])
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('of two Nightjars on one broker shares neither topic nor id', () => {
    const here = context().topics
    const there = context('home/garage').topics
    expect(there.discovery('porch')).toBe('homeassistant/device/nightjar_home_garage_porch/config')
    const ids = (base: string): string[] =>
      Object.values(cameraDiscovery(fakeState('porch'), context(base)).components).flatMap((each) =>
        each.unique_id === undefined ? [] : [String(each.unique_id)],
      )
    expect(ids('nightjar').filter((id) => ids('home/garage').includes(id))).toEqual([])
    expect(here.node).toBe('nightjar')
  })

  it('takes camera ids with dashes, of which entity ids know none', () => {
    const { motion } = cameraDiscovery(fakeState('back-yard'), context()).components
    expect(motion).toMatchObject({
      unique_id: 'nightjar_back-yard_motion',
      default_entity_id: 'binary_sensor.back_yard_motion',
      state_topic: 'nightjar/back-yard/motion',
    })
  })
})

describe('topics', () => {
  it.each([
    ['nightjar/porch/recording/set', { way: 'set', camera: 'porch', entity: 'recording' }],
    ['nightjar/porch/command/record', { way: 'command', camera: 'porch', name: 'record' }],
    ['nightjar/porch/command/set', { way: 'command', camera: 'porch', name: 'set' }],
    ['nightjar/porch/recording', undefined],
    ['nightjar/porch/response/record', undefined],
    ['nightjar//recording/set', undefined],
    ['nightjar/a/b/c/set', undefined],
    ['nightjar2/porch/recording/set', undefined],
  ])('%s', (topic, asked) => {
    expect(createTopics('nightjar', 'homeassistant').parse(topic)).toEqual(asked)
  })
})
