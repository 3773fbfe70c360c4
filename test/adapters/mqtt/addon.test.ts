// What lies in addon/ for Home Assistant's users fits the entities that there are. (Home Assistant itself runs the
// blueprints in test/ha.)
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseDocument, visit } from 'yaml'
import { cameraDiscovery } from '../../../src/adapters/mqtt/discovery.js'
import { createTopics } from '../../../src/adapters/mqtt/topics.js'
import { eventTypes } from '../../../src/camera/events.js'
import { fakeState } from '../../support/fake-cameras.js'
import { defaultSettings } from '../../support/settings.js'

const FOLDER = 'addon/blueprints/automation/nightjar'
const read = (file: string) => {
  const document = parseDocument(readFileSync(file, 'utf8'), {
    customTags: [{ tag: '!input', resolve: (text: string) => `!input ${text}` }],
  })
  expect([...document.errors, ...document.warnings]).toEqual([])
  return document
}

describe.each(readdirSync(FOLDER))('the blueprint %s', (file) => {
  const document = read(join(FOLDER, file))

  it('says what it is and what it needs', () => {
    const { blueprint } = document.toJS()
    expect(blueprint).toMatchObject({
      ...{ name: expect.stringMatching(/^Nightjar: /), domain: 'automation', author: 'Nightjar' },
      ...{
        description: expect.any(String),
        homeassistant: { min_version: expect.stringMatching(/^\d{4}\.\d+\.\d+$/) },
      },
    })
    for (const input of Object.values(blueprint.input))
      expect(input).toMatchObject({ name: expect.any(String), selector: {} })
  })

  it('uses each of its inputs, and no other', () => {
    const used = new Set<string>()
    visit(document, {
      Scalar: (_, { value }) => {
        const [, name] = typeof value === 'string' ? (/^!input (\w+)$/.exec(value) ?? []) : []
        if (name) used.add(name)
      },
    })
    expect([...used].sort()).toEqual(Object.keys(document.toJS().blueprint.input).sort())
  })

  it('knows only events that there are', () => {
    const named = [...String(document).matchAll(/event_type'\) == '(\w+)'/g)].map(([, name]) => name)
    for (const name of named) expect(eventTypes).toContain(name)
  })
})

it('the dashboard shows entities that a camera has', () => {
  const state = fakeState('porch', {
    settings: { ...defaultSettings, detection: { ...defaultSettings.detection, enabled: true } },
  })
  const topics = createTopics('nightjar', 'homeassistant')
  const known = Object.values(cameraDiscovery(state, { topics, version: '1', url: '' }).components).map(
    ({ default_entity_id: id }) => id,
  )
  const shown: string[] = []
  visit(read('addon/dashboards/porch.yaml'), {
    Scalar: (_, { value }) => {
      if (typeof value === 'string' && /^\w+\.porch_\w+$/.test(value)) shown.push(value)
    },
  })
  expect(shown.length).toBeGreaterThan(25)
  expect(shown.filter((id) => !known.includes(id))).toEqual([])
})
