// What Home Assistant is told: the whole payload, and what must hold for any.
import { describe, expect, it } from 'vitest'
import { bridgeDiscovery, cameraDiscovery } from '../../../src/adapters/mqtt/discovery.js'
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
    expect(cameraDiscovery(fakeState('porch'), context())).toMatchInlineSnapshot(`
      {
        "availability": [
          {
            "topic": "nightjar/bridge/state",
          },
          {
            "topic": "nightjar/porch/availability",
          },
        ],
        "availability_mode": "all",
        "components": {
          "connectivity": {
            "default_entity_id": "binary_sensor.porch_connectivity",
            "device_class": "connectivity",
            "entity_category": "diagnostic",
            "name": "Connectivity",
            "platform": "binary_sensor",
            "state_topic": "nightjar/porch/connectivity",
            "unique_id": "nightjar_porch_connectivity",
          },
          "dark_level": {
            "availability": [
              {
                "topic": "nightjar/bridge/state",
              },
              {
                "topic": "nightjar/porch/availability",
              },
              {
                "payload_available": "ON",
                "payload_not_available": "OFF",
                "topic": "nightjar/porch/connectivity",
              },
            ],
            "availability_mode": "all",
            "default_entity_id": "sensor.porch_dark_level",
            "entity_category": "diagnostic",
            "icon": "mdi:brightness-4",
            "name": "Dark level",
            "platform": "sensor",
            "state_class": "measurement",
            "state_topic": "nightjar/porch/dark_level",
            "unique_id": "nightjar_porch_dark_level",
          },
          "detection": {
            "command_topic": "nightjar/porch/detection/set",
            "default_entity_id": "switch.porch_detection",
            "entity_category": "config",
            "icon": "mdi:account-search",
            "name": "Detection",
            "platform": "switch",
            "state_topic": "nightjar/porch/detection",
            "unique_id": "nightjar_porch_detection",
          },
          "events": {
            "default_entity_id": "event.porch_events",
            "event_types": [
              "motion_started",
              "motion_ended",
              "light_step",
              "sighting",
              "light_changed",
              "recording_started",
              "recording_finished",
              "recording_failed",
              "snapshot_taken",
              "processor_event",
            ],
            "icon": "mdi:timeline-clock-outline",
            "name": "Events",
            "platform": "event",
            "state_topic": "nightjar/porch/event",
            "unique_id": "nightjar_porch_events",
          },
          "last_event": {
            "content_type": "image/jpeg",
            "default_entity_id": "image.porch_last_event",
            "image_topic": "nightjar/porch/last_event",
            "name": "Last event",
            "platform": "image",
            "unique_id": "nightjar_porch_last_event",
          },
          "last_snapshot": {
            "content_type": "image/jpeg",
            "default_entity_id": "image.porch_last_snapshot",
            "image_topic": "nightjar/porch/last_snapshot",
            "name": "Last snapshot",
            "platform": "image",
            "unique_id": "nightjar_porch_last_snapshot",
          },
          "light_mode": {
            "availability": [
              {
                "topic": "nightjar/bridge/state",
              },
              {
                "topic": "nightjar/porch/availability",
              },
              {
                "payload_available": "ON",
                "payload_not_available": "OFF",
                "topic": "nightjar/porch/connectivity",
              },
            ],
            "availability_mode": "all",
            "default_entity_id": "sensor.porch_light_mode",
            "device_class": "enum",
            "icon": "mdi:theme-light-dark",
            "name": "Light mode",
            "options": [
              "day",
              "night",
            ],
            "platform": "sensor",
            "state_topic": "nightjar/porch/light_mode",
            "unique_id": "nightjar_porch_light_mode",
          },
          "motion": {
            "availability": [
              {
                "topic": "nightjar/bridge/state",
              },
              {
                "topic": "nightjar/porch/availability",
              },
              {
                "payload_available": "ON",
                "payload_not_available": "OFF",
                "topic": "nightjar/porch/connectivity",
              },
            ],
            "availability_mode": "all",
            "default_entity_id": "binary_sensor.porch_motion",
            "device_class": "motion",
            "name": "Motion",
            "platform": "binary_sensor",
            "state_topic": "nightjar/porch/motion",
            "unique_id": "nightjar_porch_motion",
          },
          "motion_detection": {
            "command_topic": "nightjar/porch/motion_detection/set",
            "default_entity_id": "switch.porch_motion_detection",
            "entity_category": "config",
            "icon": "mdi:motion-sensor",
            "name": "Motion detection",
            "platform": "switch",
            "state_topic": "nightjar/porch/motion_detection",
            "unique_id": "nightjar_porch_motion_detection",
          },
          "motion_level": {
            "availability": [
              {
                "topic": "nightjar/bridge/state",
              },
              {
                "topic": "nightjar/porch/availability",
              },
              {
                "payload_available": "ON",
                "payload_not_available": "OFF",
                "topic": "nightjar/porch/connectivity",
              },
            ],
            "availability_mode": "all",
            "default_entity_id": "sensor.porch_motion_level",
            "entity_category": "diagnostic",
            "icon": "mdi:chart-bell-curve",
            "name": "Motion level",
            "platform": "sensor",
            "state_class": "measurement",
            "state_topic": "nightjar/porch/motion_level",
            "unique_id": "nightjar_porch_motion_level",
          },
          "night_mode": {
            "command_topic": "nightjar/porch/night_mode/set",
            "default_entity_id": "select.porch_night_mode",
            "entity_category": "config",
            "icon": "mdi:weather-night",
            "name": "Night mode",
            "options": [
              "auto",
              "day",
              "night",
            ],
            "platform": "select",
            "state_topic": "nightjar/porch/night_mode",
            "unique_id": "nightjar_porch_night_mode",
          },
          "privacy": {
            "command_topic": "nightjar/porch/privacy/set",
            "default_entity_id": "switch.porch_privacy",
            "icon": "mdi:eye-off-outline",
            "name": "Privacy",
            "platform": "switch",
            "state_topic": "nightjar/porch/privacy",
            "unique_id": "nightjar_porch_privacy",
          },
          "problem": {
            "default_entity_id": "sensor.porch_problem",
            "entity_category": "diagnostic",
            "icon": "mdi:alert-circle-outline",
            "name": "Problem",
            "platform": "sensor",
            "state_topic": "nightjar/porch/problem",
            "unique_id": "nightjar_porch_problem",
          },
          "recording": {
            "command_topic": "nightjar/porch/recording/set",
            "default_entity_id": "switch.porch_recording",
            "icon": "mdi:record-rec",
            "name": "Recording",
            "platform": "switch",
            "state_topic": "nightjar/porch/recording",
            "unique_id": "nightjar_porch_recording",
          },
          "snapshot": {
            "availability": [
              {
                "topic": "nightjar/bridge/state",
              },
              {
                "topic": "nightjar/porch/availability",
              },
              {
                "payload_available": "ON",
                "payload_not_available": "OFF",
                "topic": "nightjar/porch/connectivity",
              },
            ],
            "availability_mode": "all",
            "command_topic": "nightjar/porch/snapshot/set",
            "default_entity_id": "button.porch_snapshot",
            "icon": "mdi:camera",
            "name": "Snapshot",
            "platform": "button",
            "unique_id": "nightjar_porch_snapshot",
          },
          "stacked_snapshot": {
            "availability": [
              {
                "topic": "nightjar/bridge/state",
              },
              {
                "topic": "nightjar/porch/availability",
              },
              {
                "payload_available": "ON",
                "payload_not_available": "OFF",
                "topic": "nightjar/porch/connectivity",
              },
            ],
            "availability_mode": "all",
            "command_topic": "nightjar/porch/stacked_snapshot/set",
            "default_entity_id": "button.porch_stacked_snapshot",
            "icon": "mdi:image-multiple",
            "name": "Stacked snapshot",
            "platform": "button",
            "unique_id": "nightjar_porch_stacked_snapshot",
          },
          "trigger_level": {
            "command_topic": "nightjar/porch/trigger_level/set",
            "default_entity_id": "number.porch_trigger_level",
            "entity_category": "config",
            "icon": "mdi:tune",
            "max": 100,
            "min": 1,
            "name": "Trigger level",
            "platform": "number",
            "state_topic": "nightjar/porch/trigger_level",
            "step": 0.5,
            "unique_id": "nightjar_porch_trigger_level",
          },
        },
        "device": {
          "configuration_url": "http://nightjar.lan:8080",
          "identifiers": [
            "nightjar_porch",
          ],
          "manufacturer": "Nightjar",
          "model": "Camera (test-pattern)",
          "name": "Porch",
          "sw_version": "1.2.3",
          "via_device": "nightjar_bridge",
        },
        "origin": {
          "name": "Nightjar",
          "sw_version": "1.2.3",
        },
        "qos": 1,
      }
    `)
  })

  it('of the bridge', () => {
    expect(bridgeDiscovery({ ...context(), url: '' })).toMatchInlineSnapshot(`
      {
        "components": {
          "connectivity": {
            "default_entity_id": "binary_sensor.nightjar_connectivity",
            "device_class": "connectivity",
            "entity_category": "diagnostic",
            "name": "Connectivity",
            "payload_off": "offline",
            "payload_on": "online",
            "platform": "binary_sensor",
            "qos": 1,
            "state_topic": "nightjar/bridge/state",
            "unique_id": "nightjar_bridge_connectivity",
          },
        },
        "device": {
          "identifiers": [
            "nightjar_bridge",
          ],
          "manufacturer": "Nightjar",
          "model": "Camera service",
          "name": "Nightjar",
          "sw_version": "1.2.3",
        },
        "origin": {
          "name": "Nightjar",
          "sw_version": "1.2.3",
        },
      }
    `)
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
      Object.values(cameraDiscovery(fakeState('porch'), context(base)).components).map((each) => String(each.unique_id))
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
