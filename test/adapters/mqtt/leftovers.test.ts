// What an earlier run left on the broker: what is ours, and what is not.
import { describe, expect, it } from 'vitest'
import { cameraDiscovery } from '../../../src/adapters/mqtt/discovery.js'
import { findLeftovers } from '../../../src/adapters/mqtt/leftovers.js'
import { createTopics } from '../../../src/adapters/mqtt/topics.js'
import { fakeState } from '../../support/fake-cameras.js'

const context = (base = 'nightjar') => ({ topics: createTopics(base, 'homeassistant'), version: '1.2.3', url: '' })

describe('leftovers', () => {
  const topic = 'homeassistant/device/nightjar_porch/config'
  const announced = cameraDiscovery(fakeState('porch'), context())
  const none = { topics: [], components: {} }
  const find = (payload: string, present: typeof announced | undefined, base = 'nightjar') =>
    findLeftovers(topic, payload, { present, base, bridgeState: `${base}/bridge/state` })

  it('of a camera that is gone are all its topics, and never the bridge', () => {
    const { topics, components } = find(JSON.stringify(announced), undefined)
    expect(components).toEqual({})
    expect(topics).toContain(topic)
    expect(topics).toContain('nightjar/porch/availability')
    expect(topics).toContain('nightjar/porch/last_event')
    expect(topics).not.toContain('nightjar/bridge/state')
  })

  it('of entities that are gone are told with their platform', () => {
    const old = {
      ...announced,
      components: { ...announced.components, siren: { platform: 'siren', state_topic: 'nightjar/porch/siren' } },
    }
    expect(find(JSON.stringify(old), announced)).toEqual({
      topics: ['nightjar/porch/siren'],
      components: { siren: { platform: 'siren' } },
    })
    expect(find(JSON.stringify(announced), announced)).toEqual(none)
  })

  it.each([
    ['no JSON', 'x'],
    ['no object', '[1]'],
    ['nothing', 'null'],
    ['of somebody else', JSON.stringify({ ...announced, origin: { name: 'Somebody' } })],
    ['of a Nightjar with another base', JSON.stringify(cameraDiscovery(fakeState('porch'), context('garage')))],
    ['odd all over', JSON.stringify({ origin: { name: 'Nightjar' }, components: [1], availability: { a: 1 } })],
  ])('%s is not ours', (_, payload) => {
    expect(find(payload, undefined)).toEqual(none)
  })
})
