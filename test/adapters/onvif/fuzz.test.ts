// Broken, hostile and half-right requests: each gets a well-formed answer, none is a bug, nothing stays. Five hundred;
// `FUZZ=5000` asks as many.
import { expect, it } from 'vitest'
import { operations } from '../../../src/adapters/onvif/operations.js'
import { envelope, NAMESPACES, read, security } from '../../support/onvif-client.js'
import { createOnvifDevice, type OnvifDevice } from '../../support/onvif-device.js'
import { PASSWORDS } from '../../support/onvif-house.js'

const COUNT = Number(process.env.FUZZ ?? 500)

/** The same numbers in each run. */
const createDice = (seed: number) => {
  let state = seed
  return (sides: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}
type Dice = ReturnType<typeof createDice>

const pick = <T>(dice: Dice, list: readonly T[]): T => list[dice(list.length)] as T

const junk = (dice: Dice): string =>
  pick(dice, [
    ...['', ' ', '0', '-1', '1e999', 'PT1S', 'PT-1S', 'P999999D', '../../etc/passwd', '&lt;x&gt;', '&amp;'],
    ...['main', 'video', 'video_config', 'main_encoder', '__proto__', 'constructor', 'toString', '\u0416'.repeat(500)],
    ...['http://127.0.0.1:9/', 'file:///etc/passwd', 'tns1:VideoSource//.', '|||', '<![CDATA[<x>]]>', 'x'.repeat(5000)],
  ])

const elements = [
  'ProfileToken',
  'Token',
  'Name',
  'ConfigurationToken',
  'VideoSourceToken',
  'Timeout',
  'Category',
] as const
const more = ['MessageLimit', 'TerminationTime', 'InitialTerminationTime', 'StreamSetup', 'ImagingSettings'] as const
const deep = ['ConsumerReference', 'Address', 'Filter', 'TopicExpression', 'Configuration', 'IrCutFilter'] as const

const inside = (dice: Dice, depth = 0): string =>
  Array.from({ length: dice(4) }, () => {
    const name = pick(dice, [...elements, ...more, ...deep])
    const dialect = dice(3) === 0 ? ' Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"' : ''
    return `<tt:${name}${dialect}>${dice(3) > 0 && depth < 4 ? inside(dice, depth + 1) : junk(dice)}</tt:${name}>`
  }).join('')

const someOperation = (dice: Dice): string => {
  const { name } = operations[dice(operations.length)] ?? { name: 'GetServices' }
  const prefix = pick(dice, ['tds', 'trt', 'timg', 'tev', 'wsnt'])
  return `<${prefix}:${name}>${inside(dice)}</${prefix}:${name}>`
}

/** Somewhere in the text something is cut out, doubled or replaced. */
const damage = (dice: Dice, text: string): string => {
  const at = dice(text.length)
  const end = at + dice(40)
  const part = text.slice(at, end)
  const instead = pick(dice, ['', part + part, '<', '>', '"', '&', '\u0000', ']]>', '<!--', '<?x?>', '\ud800', '&#0;'])
  return text.slice(0, at) + instead + text.slice(end)
}

const bombs = [
  '<!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]><l>&c;</l>',
  '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l>&x;</l>',
  '<!DOCTYPE l SYSTEM "http://127.0.0.1:9/x.dtd"><l/>',
  `${'<a>'.repeat(50_000)}`,
  `<a ${'x="1" '.repeat(5000)}/>`,
  `${'<a/>'.repeat(60_000)}`,
  'x'.repeat(5_000_000),
  `<a>${'&amp;'.repeat(50_000)}</a>`,
  `<a xmlns="${'u'.repeat(200_000)}"/>`,
] as const

const request = (dice: Dice, { clock }: OnvifDevice, used: string): string => {
  const created = new Date(clock.now().wall + pick(dice, [0, 0, 0, 400_000, -400_000])).toISOString()
  const name = pick(dice, ['vera', 'otto', 'ada', 'nopass', 'nobody'])
  const password = dice(3) > 0 ? (PASSWORDS[name] ?? '') : 'wrong'
  const token = pick(dice, [
    ...[security({ name, password, created }), security({ name, password, created, nonce: junk(dice).slice(0, 20) })],
    ...[security({ name, password, created, type: 'PasswordText' }), used, ''],
  ])
  const text = envelope(someOperation(dice), token)
  switch (dice(12)) {
    case 0:
      return bombs[dice(bombs.length)] ?? ''
    case 1:
      return envelope(`${bombs[0].replace(/^.*\]>/, '')}`, token)
    case 2:
      return text.replaceAll(NAMESPACES.tds, 'urn:wrong')
    case 3:
      return text.replace('2003/05', '2001/12')
    case 4:
    case 5:
    case 6:
      return damage(dice, damage(dice, text))
    case 7:
      return text.slice(0, dice(text.length))
    default:
      return text
  }
}

it('answers each with a fault or an answer, and forgets them', { timeout: 120_000 }, async () => {
  using onvif = createOnvifDevice()
  const dice = createDice(20261121)
  const used = security({
    name: 'vera',
    password: 'vera-stream',
    created: new Date(onvif.clock.now().wall).toISOString(),
  })
  const statuses: Record<number, number> = {}
  for (let count = 0; count < COUNT; count++) {
    const gone = AbortSignal.abort()
    const { status, body } = await onvif.post(request(dice, onvif, used), { gone })
    statuses[status] = (statuses[status] ?? 0) + 1
    const { fault } = read(body)
    expect(fault === null).toBe(status === 200)
    expect(body.length).toBeLessThan(100_000)
    // Who guesses is let in again.
    if (count % 20 === 0) await onvif.clock.advance(61_000)
  }
  expect(onvif.bugs).toEqual([])
  expect(Object.keys(statuses).sort()).toEqual(['200', '400', '401', '500'])
  expect(statuses[200]).toBeGreaterThan(COUNT / 50)
  // Nobody's address was called, and what was subscribed ends by itself.
  await onvif.clock.advance(3_700_000)
  expect(onvif.device.subscriptions.size).toBe(0)
})
