// The mqtt section: what is taken, and what is said about the rest.
import { expect, it } from 'vitest'
import { type MqttConfig, mqttConflicts, mqttSchema } from '../../../src/adapters/mqtt/schema.js'
import { checkSlice, formatProblem, type Problem } from '../../../src/lib/check.js'

const check = (value: unknown): { problems: string[]; config: MqttConfig } => {
  const problems: Problem[] = []
  const config = checkSlice(mqttSchema, value, 'mqtt', (problem) => problems.push(problem), { defaults: true })
  return { problems: problems.map(formatProblem), config: config as unknown as MqttConfig }
}

it.each([
  { url: 'mqtt://192.168.1.10' },
  { url: 'mqtts://broker.lan:8883', ca_file: '/etc/ca.pem', reject_unauthorized: false },
  { url: 'mqtt://core-mosquitto:1883', username: 'addons', base: 'home/nightjar' },
  { embedded: { port: 1883 } },
  { supervisor: true },
  { embedded: { host: '0.0.0.0', port: 0 } },
])('%j is fine', (value) => {
  const { problems, config } = check(value)
  expect(problems).toEqual([])
  expect(mqttConflicts(config)).toEqual([])
})

it.each([
  [
    { url: 'broker' },
    'mqtt.url: must be an address such as mqtt://192.168.1.10:1883 or mqtts://broker.lan, not "broker"',
  ],
  [{ url: 'http://broker' }, 'mqtt.url: must be an address'],
  [{ url: 'mqtt://b', base: 'a/#' }, 'mqtt.base: must be the start of a topic'],
  [{ url: 'mqtt://b', base: '/nightjar' }, 'mqtt.base: must be the start of a topic'],
  [{ url: 'mqtt://b', base: '' }, 'mqtt.base: must be the start of a topic'],
  [{ url: 'mqtt://b', discovery_prefix: 'home assistant' }, 'mqtt.discovery_prefix: must be the start of a topic'],
  [{ embedded: { port: 70_000 } }, 'mqtt.embedded.port: must be a port number'],
  [{ embedded: { host: 'broker.lan', port: 1 } }, 'mqtt.embedded.host: must be an IP address'],
])('%j is not', (value, sentence) => {
  expect(check(value).problems.join('\n')).toContain(sentence)
})

it('asks for one broker', () => {
  expect(mqttConflicts(check({}).config)).toEqual([
    { path: 'mqtt', sentence: 'needs url (a broker) or embedded.port (our own broker)' },
  ])
  expect(mqttConflicts(check({ url: 'mqtt://b', embedded: { port: 1 } }).config)).toHaveLength(1)
  expect(mqttConflicts(check({ url: 'mqtt://b', supervisor: true }).config)).toEqual([
    { path: 'mqtt.supervisor', sentence: 'can not be used together with another broker: choose one' },
  ])
})
