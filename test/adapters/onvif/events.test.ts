// What the device tells, and to whom: topics from the camera's facts, subscriptions over hours, with time handed in.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CameraState } from '../../../src/camera/state.js'
import { START } from '../../support/fake-cameras.js'
import { all, messages, type Read } from '../../support/onvif-client.js'
import { createOnvifDevice, type OnvifDevice } from '../../support/onvif-device.js'

let onvif: OnvifDevice
beforeEach(() => {
  onvif = createOnvifDevice()
})
afterEach(() => {
  onvif[Symbol.dispose]()
  expect(onvif.clock.pending).toBe(0)
  expect(onvif.cameras.watchers).toBe(0)
  expect(onvif.bugs).toEqual([])
})

const PULL =
  '<tev:PullMessages><tev:Timeout>PT60S</tev:Timeout><tev:MessageLimit>100</tev:MessageLimit></tev:PullMessages>'
const pull = (at: string, gone?: AbortSignal): Promise<Read> => onvif.ask(PULL, { at, ...(gone && { gone }) })
const pulled = async (at: string): Promise<readonly string[]> => messages((await pull(at)).body)
const change = (part: Partial<CameraState>): void => onvif.cameras.change('porch', part)
const moving = (active: boolean): void =>
  change({ motion: { active, level: active ? 40 : 0, since: active ? START : null, zones: [] } })
const detect = (enabled: boolean, labels: readonly string[], counts: CameraState['objects']['counts']): void => {
  const { settings } = onvif.cameras.state('porch')
  change({
    settings: { ...settings, detection: { ...settings.detection, enabled, labels } },
    objects: { counts, zones: {}, detector: null },
  })
}

const MOTION = 'tns1:VideoSource/MotionAlarm State'
const CELLS = 'tns1:RuleEngine/CellMotionDetector/Motion IsMotion'
const PEOPLE = 'tns1:RuleEngine/MyRuleDetector/PeopleDetect State'
const OBJECTS = 'tns1:RuleEngine/ObjectDetection/Object ClassTypes'

describe('topics', () => {
  it('begin with the present states, without those that the camera does not know', async () => {
    moving(true)
    expect(await pulled(await onvif.subscribe())).toEqual([
      `Initialized ${MOTION}=true`,
      `Initialized ${CELLS}=true`,
      'Initialized tns1:VideoSource/ImageTooDark/ImagingService State=false',
      'Initialized tns1:VideoSource/GlobalSceneChange/ImagingService State=false',
      'Initialized tns1:RecordingConfig/JobState State=Idle',
    ])
  })

  it('tell of motion, night and recordings as they change, and of nothing else', async () => {
    const at = await onvif.subscribe()
    await pulled(at)
    moving(true)
    expect(await pulled(at)).toEqual([`Changed ${MOTION}=true`, `Changed ${CELLS}=true`])
    change({ light: { mode: 'night', dark: 230, cause: 'measured', since: START } })
    change({ recording: { active: true, causes: ['motion'], since: START } })
    change({ last: { motion: START, snapshot: null, recording: null } })
    expect(await pulled(at)).toEqual([
      'Changed tns1:VideoSource/ImageTooDark/ImagingService State=true',
      'Changed tns1:RecordingConfig/JobState State=Active',
    ])
  })

  it('does not call a picture dark because somebody has switched night on', async () => {
    change({ light: { mode: 'night', dark: 30, cause: 'override', since: START } })
    expect(await pulled(await onvif.subscribe())).toContain(
      'Initialized tns1:VideoSource/ImageTooDark/ImagingService State=false',
    )
  })

  it('tell of things while the camera looks for them, in ONVIF’s words and for older clients', async () => {
    const at = await onvif.subscribe()
    await pulled(at)
    detect(true, ['person', 'car', 'dog'], { person: 0, car: 0, dog: 0 })
    expect(await pulled(at)).toEqual([
      `Initialized ${OBJECTS}=`,
      `Initialized ${PEOPLE}=false`,
      'Initialized tns1:RuleEngine/MyRuleDetector/VehicleDetect State=false',
      'Initialized tns1:RuleEngine/MyRuleDetector/DogCatDetect State=false',
    ])
    detect(true, ['person', 'car', 'dog'], { person: 2, car: 0, dog: 1 })
    expect(await pulled(at)).toEqual([
      `Changed ${OBJECTS}=Human Animal`,
      `Changed ${PEOPLE}=true`,
      'Changed tns1:RuleEngine/MyRuleDetector/DogCatDetect State=true',
    ])
    detect(false, ['person', 'car', 'dog'], {})
    expect(await pulled(at)).toEqual([
      `Deleted ${OBJECTS}=`,
      `Deleted ${PEOPLE}=false`,
      'Deleted tns1:RuleEngine/MyRuleDetector/VehicleDetect State=false',
      'Deleted tns1:RuleEngine/MyRuleDetector/DogCatDetect State=false',
    ])
  })

  it('tell for five seconds of a scene that has changed as a whole, and not of a camera’s own exposure', async () => {
    const at = await onvif.subscribe()
    await pulled(at)
    onvif.cameras.tell('porch', { type: 'light_step', kind: 'exposure step' })
    onvif.cameras.tell('porch', { type: 'light_step', kind: 'global step' })
    const told = 'Changed tns1:VideoSource/GlobalSceneChange/ImagingService State'
    expect(await pulled(at)).toEqual([`${told}=true`])
    await onvif.clock.advance(5000)
    expect(await pulled(at)).toEqual([`${told}=false`])
  })

  it('of our own are only for who asks by name', async () => {
    const dialect = 'Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"'
    const filter = (text: string): string =>
      `<tev:Filter><wsnt:TopicExpression ${dialect}>${text}</wsnt:TopicExpression></tev:Filter>`
    const told = async (text: string): Promise<readonly string[]> =>
      pulled(await onvif.subscribe({ filter: filter(text) }))
    expect(await told('tns1:VideoSource/nj:DayNight')).toEqual(['Initialized tns1:VideoSource/nj:DayNight Mode=day'])
    expect(await told('tns1:RuleEngine//. | tns1:RecordingConfig/JobState')).toEqual([
      `Initialized ${CELLS}=false`,
      'Initialized tns1:RecordingConfig/JobState State=Idle',
    ])
    await expect(told('tns1:Video Source')).rejects.toThrow('InvalidTopicExpressionFault')
    await expect(onvif.subscribe({ filter: filter('a').replace('Concrete', 'X') })).rejects.toThrow('DialectUnknown')
  })

  it('are described as they are told now', async () => {
    detect(true, ['person'], { person: 0 })
    const { body } = await onvif.ask('<tev:GetEventProperties/>')
    const [set] = all(body, 'TopicSet')
    const leaves = set ? [...all(set, 'MotionAlarm'), ...all(set, 'PeopleDetect'), ...all(set, 'VehicleDetect')] : []
    expect(leaves.map(({ name, attributes }) => [name, attributes.get('topic')])).toEqual([
      ['MotionAlarm', 'true'],
      ['PeopleDetect', 'true'],
    ])
    expect(all(body, 'SimpleItemDescription').map(({ attributes }) => attributes.get('Name'))).toContain('ClassTypes')
  })
})

describe('a PullPoint', () => {
  it('answers a waiting pull when something happens, and empty when nothing does', async () => {
    const at = await onvif.subscribe()
    await pulled(at)
    const waiting = pulled(at)
    await onvif.clock.advance(59_000)
    moving(true)
    expect(await waiting).toEqual([`Changed ${MOTION}=true`, `Changed ${CELLS}=true`])
    const idle = pulled(at)
    await onvif.clock.advance(60_000)
    expect(await idle).toEqual([])
  })

  it('keeps what happened while nobody pulled, the newest when it was too much', async () => {
    const at = await onvif.subscribe()
    await pulled(at)
    for (let count = 0; count < 301; count++) moving(count % 2 === 0)
    const kept = [...(await pulled(at)), ...(await pulled(at))]
    expect(kept).toHaveLength(200)
    expect(kept.slice(-2)).toEqual([`Changed ${MOTION}=true`, `Changed ${CELLS}=true`])
  })

  it('gives no more than it is asked for', async () => {
    const at = await onvif.subscribe()
    const { body } = await onvif.ask(PULL.replace('100', '2'), { at })
    expect(messages(body)).toHaveLength(2)
    expect(await pulled(at)).toHaveLength(3)
  })

  it('ends an older pull when a new one begins, and loses nothing', async () => {
    const at = await onvif.subscribe()
    await pulled(at)
    const older = pulled(at)
    await onvif.clock.advance(10)
    const newer = pulled(at)
    expect(await older).toEqual([])
    moving(true)
    expect(await newer).toHaveLength(2)
  })

  it('loses nothing to a client that hangs up while it waits', async () => {
    const at = await onvif.subscribe()
    await pulled(at)
    const gone = new AbortController()
    const waiting = pull(at, gone.signal)
    await onvif.clock.advance(10)
    gone.abort()
    await waiting
    moving(true)
    expect(await pulled(at)).toHaveLength(2)
  })

  it('tells the present states anew when asked, once', async () => {
    const at = await onvif.subscribe()
    await onvif.ask('<tev:SetSynchronizationPoint/>', { at })
    expect(await pulled(at)).toHaveLength(5)
    moving(true)
    await pulled(at)
    await onvif.ask('<tev:SetSynchronizationPoint/>', { at })
    expect((await pulled(at))[0]).toBe(`Initialized ${MOTION}=true`)
  })

  it('tells every subscriber, and ends for the one that leaves', async () => {
    const [one, two] = [await onvif.subscribe(), await onvif.subscribe({ user: 'otto' })]
    await onvif.ask('<wsnt:Unsubscribe/>', { at: one })
    moving(true)
    expect((await pull(one)).fault?.codes).toContain('wsnt:ResourceUnknownFault')
    expect((await pull(two)).fault?.codes).toContain('wsnt:ResourceUnknownFault')
    expect(messages((await onvif.ask(PULL, { at: two, user: 'otto' })).body).length).toBeGreaterThan(5)
  })
})

describe('time', () => {
  const renew = (at: string, text = 'PT10M'): Promise<Read> =>
    onvif.ask(`<wsnt:Renew><wsnt:TerminationTime>${text}</wsnt:TerminationTime></wsnt:Renew>`, { at })
  const endOf = ({ body }: Read): number => Date.parse(all(body, 'TerminationTime')[0]?.text ?? '')

  it('is granted as asked for, as a duration or a moment, within an hour', async () => {
    const at = await onvif.subscribe()
    const wall = (): number => Math.floor(onvif.clock.now().wall / 1000) * 1000
    expect(endOf(await renew(at, 'PT600S')) - wall()).toBe(600_000)
    expect(endOf(await renew(at, new Date(wall() + 300_000).toISOString())) - wall()).toBe(300_000)
    expect(endOf(await renew(at, 'P1D')) - wall()).toBe(3_600_000)
    for (const wrong of ['soon', 'PT', '-PT5M', '2001-01-01T00:00:00Z'])
      expect((await renew(at, wrong)).fault?.codes).toContain('ter:InvalidArgVal')
  })

  it('of six hours of renewals, as Home Assistant sends them, loses nothing', { timeout: 60_000 }, async () => {
    const at = await onvif.subscribe()
    await pulled(at)
    let told = 0
    for (let minute = 0; minute < 360; minute++) {
      const waiting = pulled(at)
      await onvif.clock.advance(30_000)
      moving(minute % 2 === 0)
      told += (await waiting).length
      await onvif.clock.advance(30_000)
      // At 80 % of ten minutes.
      if (minute % 8 === 7) expect(endOf(await renew(at))).toBeGreaterThan(onvif.clock.now().wall + 590_000)
    }
    expect(told).toBe(720)
    expect(onvif.device.subscriptions.size).toBe(1)
  })

  it('is prolonged by who only renews, and by who only pulls', async () => {
    const [renewing, pulling] = [await onvif.subscribe(), await onvif.subscribe()]
    for (let minutes = 0; minutes < 60; minutes += 9) {
      await onvif.clock.advance(540_000)
      expect((await renew(renewing)).fault).toBeNull()
      moving(minutes % 2 === 0)
      expect((await pull(pulling)).fault).toBeNull()
    }
  })

  it('that is over can be renewed for a minute; then everything is gone', async () => {
    const at = await onvif.subscribe()
    await onvif.clock.advance(600_000 + 55_000)
    moving(true)
    expect((await renew(at)).fault).toBeNull()
    expect((await pulled(at)).length).toBeGreaterThan(0)
    await onvif.clock.advance(600_000 + 75_000)
    expect((await renew(at)).fault?.codes).toContain('wsnt:ResourceUnknownFault')
    expect(onvif.device.subscriptions.size).toBe(0)
  })

  it('leaves nothing of 50 subscribers that were never heard of again, also not of those who waited', async () => {
    for (let count = 0; count < 50; count++) {
      const at = await onvif.subscribe()
      await pulled(at)
      if (count % 2 === 0) void pulled(at)
    }
    expect(onvif.device.subscriptions.size).toBe(50)
    await onvif.clock.advance(800_000)
    expect(onvif.device.subscriptions.size).toBe(0)
    // The sweep's.
    expect(onvif.clock.pending).toBe(1)
  })

  it('is not given to more than 64 at once', async () => {
    for (let count = 0; count < 64; count++) await onvif.subscribe()
    await expect(onvif.subscribe()).rejects.toThrow('SubscribeCreationFailed')
    await onvif.clock.advance(800_000)
    await onvif.subscribe()
  })

  it('ends with the device: whoever waits gets an answer', async () => {
    const at = await onvif.subscribe()
    await pulled(at)
    const waiting = pulled(at)
    await onvif.clock.advance(10)
    onvif.device.subscriptions[Symbol.dispose]()
    expect(await waiting).toEqual([])
  })
})
