// An ONVIF camera's answers, as agsh reads them: which profiles are taken, where streams are, what its reports mean,
// what is set in it; and what a search finds.
import { describe, expect, test } from 'vitest'
import { planSource } from '../../src/sources/index.js'
import { type OnvifSourceConfig, onvif, streamAddress } from '../../src/sources/onvif.js'
import { foundOf } from '../../src/sources/onvif-discover.js'
import { planAdjustment, scaleInto } from '../../src/sources/onvif-imaging.js'
import { chooseProfiles, readProfiles } from '../../src/sources/onvif-profiles.js'
import { createReports } from '../../src/sources/onvif-reports.js'
import { deviceUrl } from '../../src/sources/onvif-session.js'

const config: OnvifSourceConfig = {
  ...{ kind: 'onvif', address: '192.0.2.7', username: 'ada', password: 'p@ss/word' },
  ...{ profile: 'auto', sub_profile: 'auto', transport: 'tcp', events: true, check_certificate: true },
}

const profile = (token: string | number, encoding: string, width: number, height: number, source = 'vs') => ({
  $: { token },
  name: `${token} name`,
  videoSourceConfiguration: { sourceToken: source },
  videoEncoderConfiguration: { encoding, resolution: { width, height } },
})
const auto = { main: 'auto', sub: 'auto' }
const tokens = (answer: unknown, wanted = auto): readonly (string | undefined)[] => {
  const { main, sub } = chooseProfiles(readProfiles(answer), wanted)
  return [main.token, sub?.token]
}

describe('profiles', () => {
  const many = [
    profile('tiny', 'H264', 176, 144),
    profile('small', 'H264', 320, 180),
    profile('big', 'H264', 1920, 1080),
    profile('middle', 'H264', 640, 360),
    profile('new', 'H265', 3840, 2160),
    profile('stills', 'JPEG', 640, 360),
    profile('other eye', 'H264', 320, 176, 'vs2'),
    { $: { token: 'sound only' }, name: 'no video' },
  ]
  test('the largest of H.264, and the smallest of the same eye in which something can be seen', () => {
    expect(tokens(many)).toEqual(['big', 'small'])
  })
  test('one alone is the main stream; two of one size have no small one', () => {
    expect(tokens(profile('only', 'H264', 1280, 720))).toEqual(['only', undefined])
    expect(tokens([profile('a', 'H264', 1280, 720), profile('b', 'H264', 1280, 720)])).toEqual(['a', undefined])
  })
  test('by token or name; none; a token that looks like a number', () => {
    expect(tokens(many, { main: 'middle', sub: 'none' })).toEqual(['middle', undefined])
    expect(tokens(many, { main: 'new name', sub: 'tiny' })).toEqual(['new', 'tiny'])
    expect(tokens([profile(0, 'H264', 1280, 720)], { main: '0', sub: 'auto' })).toEqual(['0', undefined])
  })
  test('a camera without H.264 says what it has', () => {
    expect(() => tokens([profile('new', 'H265', 3840, 2160)])).toThrow(
      /no H\.264 profile: it has new name \(H265 3840x2160\)/,
    )
    expect(() => tokens('')).toThrow(/no profile with video/)
    expect(() => tokens(many, { main: 'gone', sub: 'auto' })).toThrow(/no profile gone: it has .*big name/)
  })
})

describe('addresses', () => {
  test('name and password are put in, so that they mean the same there', () => {
    expect(streamAddress('rtsp://192.0.2.7:554/Streaming/101?a=1&b=2', '192.0.2.7', config)).toBe(
      'rtsp://ada:p%40ss%2Fword@192.0.2.7:554/Streaming/101?a=1&b=2',
    )
    expect(streamAddress('rtsp://old:login@cam/live', 'cam', { ...config, username: null })).toBe('rtsp://cam/live')
  })
  test('a camera that names itself as only it can is reached where it was asked', () => {
    expect(streamAddress('rtsp://127.0.0.1:8554/a', '192.0.2.7', { ...config, username: null })).toBe(
      'rtsp://192.0.2.7:8554/a',
    )
    expect(streamAddress('rtsp://0.0.0.0/a', '192.0.2.7', { ...config, username: null })).toBe('rtsp://192.0.2.7/a')
  })
  test('what is no RTSP address is none', () => {
    for (const wrong of ['', 'http://cam/a', 'file:///etc/passwd', undefined])
      expect(() => streamAddress(wrong, 'cam', config)).toThrow(/no RTSP address/)
  })
  test('a device is a host, a host with a port, or a whole address', () => {
    expect(deviceUrl('192.0.2.7')?.href).toBe('http://192.0.2.7/onvif/device_service')
    expect(deviceUrl('cam.local:8000')?.href).toBe('http://cam.local:8000/onvif/device_service')
    expect(deviceUrl('https://cam/own/way')?.href).toBe('https://cam/own/way')
    for (const wrong of ['file:///etc/passwd', 'ftp://cam', 'http://', '']) expect(deviceUrl(wrong)).toBeUndefined()
  })
  test('the plan reads what was answered', () => {
    const context = { publishUrl: () => 'OUT', inletUrl: '', night: false, mask: null, rpi: false }
    const image = { brightness: 0, contrast: 0, saturation: 0, sharpness: 0 }
    const addresses = { main: 'rtsp://cam/1', sub: 'rtsp://cam/2', what: '' }
    expect(planSource(config, { ...context, image, addresses })).toEqual({
      sound: false,
      main: { feed: 'pull', url: 'rtsp://cam/1', transport: 'tcp' },
      sub: { feed: 'pull', url: 'rtsp://cam/2', transport: 'tcp' },
    })
  })
  test('the password is never printed', () => {
    expect(onvif.schema.password).toMatchObject({ sensitive: true })
  })
})

const message = (topic: string, item: string, value: unknown, rule = 'one', operation = 'Changed') => ({
  topic: { _: topic, $: {} },
  message: {
    message: {
      $: { PropertyOperation: operation },
      source: { simpleItem: { $: { Name: 'Rule', Value: rule } } },
      data: { simpleItem: { $: { Name: item, Value: value } } },
    },
  },
})

describe('reports', () => {
  test.each([
    ['tns1:VideoSource/MotionAlarm', 'State', true, 'motion'],
    ['tns1:RuleEngine/CellMotionDetector/Motion', 'IsMotion', 'true', 'motion'],
    ['tns1:RuleEngine/tnsmaker:CellMotionDetector/tnsmaker:Motion', 'IsMotion', 1, 'motion'],
    ['tns1:RuleEngine/FieldDetector/ObjectsInside', 'IsInside', true, 'motion'],
    ['tns1:RuleEngine/MyRuleDetector/PeopleDetect', 'State', true, 'person'],
    ['tns1:RuleEngine/MyRuleDetector/FaceDetect', 'State', true, 'face'],
    ['tns1:RuleEngine/TPSmartEventDetector/TPSmartEvent', 'IsVehicle', true, 'vehicle'],
    ['tns1:RuleEngine/CellMotionDetector/Tamper', 'IsTamper', true, 'tamper'],
    ['tns1:VideoSource/GlobalSceneChange/ImagingService', 'State', true, 'tamper'],
    ['tns1:Device/Trigger/DigitalInput', 'LogicalState', true, 'digital_input'],
  ])('%s %s=%s is %s', (topic, item, value, what) => {
    const { hear } = createReports()
    expect(hear(message(topic, item, value))).toEqual([{ what, active: true }])
    expect(hear(message(topic, item, value))).toEqual([])
    expect(hear(message(topic, item, false))).toEqual([{ what, active: false }])
  })
  test('a list of classes says of each whether it is there', () => {
    const { hear } = createReports()
    const said = (value: string) => hear(message('tns1:RuleEngine/ObjectDetection/Object', 'ClassTypes', value))
    expect(said('Human Vehicle')).toEqual([
      { what: 'person', active: true },
      { what: 'vehicle', active: true },
    ])
    expect(said('Vehicle')).toEqual([{ what: 'person', active: false }])
    expect(said('')).toEqual([{ what: 'vehicle', active: false }])
  })
  test('what it tells for the first time counts also when it says no; a class that it leaves out is none that it knows', () => {
    const { hear } = createReports()
    const person = (value: boolean) => hear(message('tns1:RuleEngine/MyRuleDetector/PeopleDetect', 'State', value))
    expect(person(false)).toEqual([{ what: 'person', active: false }])
    expect(person(false)).toEqual([])
    expect(hear(message('tns1:RuleEngine/ObjectDetection/Object', 'ClassTypes', 'Vehicle'))).toEqual([
      { what: 'vehicle', active: true },
    ])
  })
  test('a thing is there while one of the rules says so, and until its rule is gone', () => {
    const { hear } = createReports()
    const cell = 'tns1:RuleEngine/CellMotionDetector/Motion'
    expect(hear(message('tns1:VideoSource/MotionAlarm', 'State', true))).toHaveLength(1)
    expect(hear(message(cell, 'IsMotion', true, 'left'))).toEqual([])
    expect(hear(message('tns1:VideoSource/MotionAlarm', 'State', false))).toEqual([])
    expect(hear(message(cell, 'IsMotion', true, 'left', 'Deleted'))).toEqual([{ what: 'motion', active: false }])
  })
  test('the end of the conversation ends what was there', () => {
    const { hear, end } = createReports()
    hear(message('tns1:VideoSource/MotionAlarm', 'State', true))
    expect(end()).toEqual([{ what: 'motion', active: false }])
    expect(end()).toEqual([])
  })
  test('what is about something else, or is nothing at all, says nothing', () => {
    const { hear } = createReports()
    for (const odd of [
      message('tns1:VideoSource/ImageTooDark/ImagingService', 'State', true),
      message('tns1:Monitoring/ProcessorUsage', 'IsPeople', true),
      { topic: 'tns1:VideoSource/MotionAlarm' },
      {},
      null,
      'words',
    ])
      expect(hear(odd)).toEqual([])
  })
})

describe('imaging', () => {
  const can = {
    brightness: { min: 0, max: 100 },
    colorSaturation: { min: 0, max: 255 },
    irCutFilterModes: ['ON', 'OFF', 'AUTO'],
  }
  test('is scaled into what the camera takes, its middle for 0', () => {
    expect([-100, 0, 100].map((value) => scaleInto(value, 0, 100))).toEqual([0, 50, 100])
    expect([-100, 0, 100].map((value) => scaleInto(value, -100, 100))).toEqual([-100, 0, 100])
    expect(scaleInto(50, 0, 1)).toBe(0.75)
  })
  test('as texts, so that a zero is sent, too', () => {
    expect(planAdjustment({ image: { brightness: -100, saturation: 0 }, night: 'night' }, can)).toEqual({
      options: { brightness: '0', colorSaturation: '128', irCutFilter: 'OFF' },
      refused: [],
    })
  })
  test('what the camera has not is said', () => {
    const plan = planAdjustment({ image: { sharpness: 10 }, night: 'day' }, { irCutFilterModes: 'AUTO' })
    expect(plan.options).toEqual({})
    expect(plan.refused).toEqual([
      "the camera can't set its sharpness",
      "the camera can't set its infrared filter to ON",
    ])
  })
})

describe('a search', () => {
  test('finds the nearest address, and a name that can be read', () => {
    const xaddrs = ['https://192.0.2.7/onvif/device_service', 'http://[fe80::1]/onvif/device_service']
    const found = {
      name: 'Front%20Door',
      hardware: 'DS-2CD',
      xaddrs: [...xaddrs, 'http://192.0.2.7/onvif/device_service'],
    }
    expect(foundOf(found)).toEqual({ name: 'Front Door', model: 'DS-2CD', address: '192.0.2.7' })
    expect(foundOf({ name: '', hardware: '', xaddrs: ['http://192.0.2.8:8000/own'] })).toEqual({
      ...{ name: '192.0.2.8:8000', model: '', address: 'http://192.0.2.8:8000/own' },
    })
  })
  test('takes no address that is none, and no letters that are not seen', () => {
    expect(foundOf({ name: 'x', hardware: '', xaddrs: ['javascript:alert(1)', 'file:///etc'] })).toBeUndefined()
    expect(foundOf({ name: '100%\u001b[31m\u202e', hardware: '', xaddrs: ['http://192.0.2.9/'] })?.name).toBe(
      '100%[31m',
    )
  })
})
