// Wrong configurations: what a person reads, with the path and the line.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import { Failure } from '../../src/lib/failure.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-config-'))
  await writeFile(join(folder, 'empty'), '\n')
})
afterAll(() => rm(folder, { recursive: true }))

const problemsOf = async (text: string, env: NodeJS.ProcessEnv = {}): Promise<string[]> => {
  try {
    await loadConfig({ path: join(folder, 'nightjar.yaml'), text, env })
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'invalid') throw error
    return error.message.replaceAll(folder, 'FOLDER').split('\n')
  }
  return []
}

const camera = 'cameras: [{id: porch, source: {kind: test-pattern}}]'
const withCamera = (options: string): string => `cameras:\n  - {id: porch, source: {kind: test-pattern}, ${options}}\n`
const withSource = (source: string): string => `cameras:\n  - {id: porch, source: ${source}}\n`

const ID = 'must be 1 to 40 small letters, digits, dashes and underscores, and begin with a letter or digit'
const NO_CAMERA =
  'cameras: is missing: there must be at least one camera, such as {id: porch, source: {kind: test-pattern}}'
const RTSP = 'must be an address like rtsp://camera.local:554/stream (rtsp or rtsps)'

describe('a wrong configuration', () => {
  it.each<[string, string, string[]]>([
    ['an empty file', '', [NO_CAMERA]],
    ['only a comment', '# soon\n', [NO_CAMERA]],
    ['a list', '- porch\n', ['the file must be a group of options (cameras: …), not ["porch"]']],
    ['a word', 'hello', ['the file must be a group of options (cameras: …), not "hello"']],
    ['no cameras', 'http: {port: 80}\n', [NO_CAMERA]],
    ['an empty list of cameras', 'cameras: []\n', [`${NO_CAMERA} (line 1)`]],
    [
      'cameras as a group',
      'cameras: {porch: {}}\n',
      ['cameras: must be a list (its items begin with a dash), not a group of options (line 1)'],
    ],
    ['a camera that is a word', 'cameras: [porch]\n', ['cameras[0]: must be a group of options, not "porch" (line 1)']],
    [
      'an unclosed bracket',
      'cameras: [\n',
      ['line 2, column 1: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    ['a key twice', 'data: a\ndata: b\n', ['line 2, column 1: Map keys must be unique']],
    ['a tab', 'http:\n\tport: 80\n', ['line 2, column 1: Tabs are not allowed as indentation']],
    [
      'two documents',
      `${camera}\n---\n${camera}\n`,
      ['line 2, column 1: there is more than one document in the file (a line with ---)'],
    ],
    [
      'a tag of Home Assistant',
      'mqtt:\n  password: !secret broker\n',
      [
        'line 2, column 13: Unresolved tag: !secret: tags such as !secret are not known here, a secret can stand in a file (password_file)',
      ],
    ],
    ['an unknown key', `${camera}\nhtpp: {}\n`, ['htpp: is not an option; did you mean http? (line 2)']],
    [
      'a key nobody can guess',
      withCamera('colour: red'),
      [
        'cameras[0].colour: is not an option; there are id, name, ring, processor, capture, image, motion, detection, night, recording, save, jpeg, overlay, privacy, zones, source (line 2)',
      ],
    ],
    [
      'a mistyped setting',
      withCamera('motion: {triger_level: 3}'),
      ['cameras[0].motion.triger_level: is not an option; did you mean trigger_level? (line 2)'],
    ],
    [
      'a word for a number',
      withCamera('motion: {trigger_level: high}'),
      ['cameras[0].motion.trigger_level: must be a number from 1 to 100, not "high" (line 2)'],
    ],
    [
      'a number in quotes',
      withCamera('jpeg: {quality: "85"}'),
      ['cameras[0].jpeg.quality: must be a whole number from 1 to 100, not "85" (line 2)'],
    ],
    [
      'a value left empty',
      withCamera('motion: {hold_s: }'),
      ['cameras[0].motion.hold_s: must be a number from 0 to 600, not null (line 2)'],
    ],
    [
      'half a frame',
      withCamera('motion: {frames: 2.5}'),
      ['cameras[0].motion.frames: must be a whole number from 1 to 50, not 2.5 (line 2)'],
    ],
    [
      'yes for true',
      withCamera('motion: {enabled: yes}'),
      ['cameras[0].motion.enabled: must be true or false, not "yes" (line 2)'],
    ],
    [
      'a group that is a word',
      withCamera('motion: off'),
      ['cameras[0].motion: must be a group of options, not "off" (line 2)'],
    ],
    [
      'an unknown mode',
      withCamera('night: {mode: dark}'),
      ['cameras[0].night.mode: must be auto, day or night, not "dark" (line 2)'],
    ],
    [
      'thresholds crossed',
      withCamera('night: {dark_threshold: 100}'),
      ['cameras[0].night.bright_threshold: must be below night.dark_threshold (100), not 170 (line 2)'],
    ],
    [
      'an unknown trigger',
      withCamera('recording: {on: [sound]}'),
      ['cameras[0].recording.on: must be a list of motion, sighting (or an empty list), not ["sound"] (line 2)'],
    ],
    [
      'more pre-roll than ring',
      withCamera('ring: {seconds: 5}, recording: {before_s: 8}'),
      ['cameras[0].recording.before_s: must be at most ring.seconds (5), not 8 (line 2)'],
    ],
    [
      'a ring too small',
      withCamera('ring: {seconds: 0}'),
      ['cameras[0].ring.seconds: must be a number from 2 to 300, not 0 (line 2)'],
    ],
    ['no id', 'cameras: [{source: {kind: test-pattern}}]', [`cameras[0].id: is missing: it ${ID} (line 1)`]],
    [
      'an id with capitals',
      'cameras: [{id: Porch, source: {kind: test-pattern}}]',
      [`cameras[0].id: ${ID}, not "Porch" (line 1)`],
    ],
    [
      'an id that leaves the folder',
      'cameras: [{id: ../etc, source: {kind: test-pattern}}]',
      [`cameras[0].id: ${ID}, not "../etc" (line 1)`],
    ],
    ['a number as id', 'cameras: [{id: 7, source: {kind: test-pattern}}]', [`cameras[0].id: ${ID}, not 7 (line 1)`]],
    [
      'a reserved id',
      'cameras: [{id: bridge, source: {kind: test-pattern}}]',
      ['cameras[0].id: is a reserved name (bridge): choose another, not "bridge" (line 1)'],
    ],
    [
      'one id twice',
      `cameras:\n  - {id: a, source: {kind: test-pattern}}\n  - {id: a, source: {kind: test-pattern}}\n`,
      ['cameras[1].id: "a" is already cameras[0]: each needs its own id (line 3)'],
    ],
    [
      "an id that is another's second stream",
      `cameras:\n  - {id: a, source: {kind: test-pattern}}\n  - {id: a_sub, source: {kind: test-pattern}}\n`,
      [`cameras[1].id: "a_sub" is the address of a's second stream: choose another (line 3)`],
    ],
    ['an empty name', withCamera('name: ""'), ['cameras[0].name: must be text, not "" (line 2)']],
    [
      'no source',
      'cameras: [{id: porch}]',
      [
        "cameras[0].source: is missing: it must be a group with a kind (test-pattern, file, rtsp, onvif, http-mjpeg, push, usb, rpi) and that kind's options (line 1)",
      ],
    ],
    [
      'an address as source',
      withSource('rtsp://cam/1'),
      [
        `cameras[0].source: is "rtsp://cam/1", and must be a group with a kind (test-pattern, file, rtsp, onvif, http-mjpeg, push, usb, rpi) and that kind's options (line 2)`,
      ],
    ],
    [
      'a source without kind',
      withSource('{url: "rtsp://cam/1"}'),
      [
        'cameras[0].source.kind: is missing: it must be one of test-pattern, file, rtsp, onvif, http-mjpeg, push, usb, rpi (line 2)',
      ],
    ],
    [
      'an unknown kind',
      withSource('{kind: rtps, url: 5}'),
      [
        'cameras[0].source.kind: must be one of test-pattern, file, rtsp, onvif, http-mjpeg, push, usb, rpi, not "rtps" (did you mean rtsp?) (line 2)',
      ],
    ],
    [
      "another kind's option",
      withSource('{kind: test-pattern, url: "rtsp://cam/1"}'),
      ['cameras[0].source.url: is not an option; there are width, height, fps, walk_every_s, walk_s, day_s (line 2)'],
    ],
    [
      'an rtsp source without address',
      withSource('{kind: rtsp}'),
      [`cameras[0].source.url: is missing: it ${RTSP} (line 2)`],
    ],
    [
      'an address with another scheme',
      withSource('{kind: rtsp, url: "file:///etc/passwd"}'),
      [`cameras[0].source.url: ${RTSP} (line 2)`],
    ],
    [
      'an address that holds a password is not shown',
      withSource('{kind: rtsp, url: "http://admin:geheim@cam"}'),
      [`cameras[0].source.url: ${RTSP} (line 2)`],
    ],
    [
      'a port too high',
      `${camera}\nhttp: {port: 70000}\n`,
      ['http.port: must be a whole number from 0 to 65535, not 70000 (line 2)'],
    ],
    [
      'an unknown gateway',
      `${camera}\nrtsp: {gateway: mediamx}\n`,
      ['rtsp.gateway: must be auto, mediamtx or builtin, not "mediamx" (did you mean mediamtx?) (line 2)'],
    ],
    [
      'WebRTC without MediaMTX',
      `${camera}\nrtsp: {gateway: builtin}\nmediamtx: {webrtc: true}\n`,
      ['mediamtx.webrtc: needs MediaMTX, and rtsp.gateway is builtin (line 3)'],
    ],
    [
      'two places for one MediaMTX, and half a login',
      `${camera}\nmediamtx:\n  path: mediamtx\n  api: http://127.0.0.1:9997\n  api_username: boss\n`,
      [
        'mediamtx.path: mediamtx.api names one that runs already: only one of them (line 3)',
        'mediamtx.api_password: is missing: mediamtx.api_username is there (line 3)',
      ],
    ],
    [
      'an API address with a password in it',
      `${camera}\nmediamtx: {api: "http://boss:geheim@127.0.0.1:9997"}\n`,
      [
        'mediamtx.api: must be an address like http://127.0.0.1:9997, its name and password in options of their own, ' +
          'not "http://***@127.0.0.1:9997" (line 2)',
      ],
    ],
    [
      'one port for two doors',
      `${camera}\nhttp: {port: 8554}\n`,
      ['rtsp.port: 8554 is also http.port: each needs its own'],
    ],
    [
      'one port for HTTP and the broker',
      `${camera}\nmqtt:\n  embedded: {port: 8080}\n`,
      ['mqtt.embedded.port: 8080 is also http.port: each needs its own (line 3)'],
    ],
    [
      'mqtt without a broker',
      `${camera}\nmqtt: {base: home}\n`,
      ['mqtt: needs url (a broker) or embedded.port (our own broker) (line 2)'],
    ],
    [
      'a broker without scheme',
      `${camera}\nmqtt: {url: 192.168.1.5}\n`,
      [
        'mqtt.url: must be an address such as mqtt://192.168.1.10:1883 or mqtts://broker.lan, not "192.168.1.5" (line 2)',
      ],
    ],
    [
      'a password that is no text',
      `${camera}\nmqtt: {url: "mqtt://x", password: 1234}\n`,
      ['mqtt.password: must be text (line 2)'],
    ],
    [
      'a password file that is not there',
      `${camera}\nmqtt: {url: "mqtt://x", password_file: no}\n`,
      ["mqtt.password_file: the file FOLDER/no can't be read (ENOENT) (line 2)"],
    ],
    [
      'an empty password file',
      `${camera}\nmqtt: {url: "mqtt://x", password_file: empty}\n`,
      ['mqtt.password_file: the file FOLDER/empty is empty (line 2)'],
    ],
    [
      'a password and its file',
      `${camera}\nmqtt: {url: "mqtt://x", password: a, password_file: empty}\n`,
      ['mqtt.password: is given twice: here and in password_file (line 2)'],
    ],
    [
      'the mask of a dump',
      `${camera}\nmqtt: {url: "mqtt://x", password: "***"}\n`,
      ['mqtt.password: "***" stands for a secret that a dump does not show: put the secret here (line 2)'],
    ],
    [
      'the mask of a dump as address',
      withSource('{kind: rtsp, url: "***"}'),
      ['cameras[0].source.url: "***" stands for a secret that a dump does not show: put the secret here (line 2)'],
    ],
    [
      'an unknown log level',
      `${camera}\nlogging: {level: verbose}\n`,
      ['logging.level: must be debug, info, warn, error or silent, not "verbose" (line 2)'],
    ],
    [
      'a negative age',
      `${camera}\nstorage: {days: -1}\n`,
      ['storage.days: must be a number from 0 to 3650, not -1 (line 2)'],
    ],
    [
      'an unknown role',
      `${camera}\nusers: [{name: ada, role: root}]\n`,
      ['users[0].role: must be viewer, operator or admin, not "root" (line 2)'],
    ],
    [
      'a user without name',
      `${camera}\nusers: [{role: admin}]\n`,
      ['users[0].name: is missing: it must be 1 to 32 letters, digits, dots, dashes or underscores (line 2)'],
    ],
    [
      'a user twice',
      `${camera}\nusers: [{name: ada}, {name: ada}]\n`,
      ['users[1].name: "ada" is already users[0]: each needs its own name (line 2)'],
    ],
    [
      'a notifier of no known kind',
      `${camera}\nnotify: [{kind: mail}, {kind: pigeon}, {name: mine}, email]\n`,
      [
        'notify[0].kind: must be one of email, webhook, not "mail" (did you mean email?) (line 2)',
        'notify[1].kind: must be one of email, webhook, not "pigeon" (line 2)',
        'notify[2].kind: is missing: it must be one of email, webhook (line 2)',
        'notify[3]: is "email", and must be a group with a kind (email, webhook) and that kind\'s options (line 2)',
      ],
    ],
    [
      'an e-mail to nobody',
      `${camera}\nnotify: [{kind: email, host: "http://mail", to: ada, quiet: {from: 22}, password: a, password_file: b}]\n`,
      [
        'notify[0].password: is given twice: here and in password_file (line 2)',
        'notify[0].quiet.from: must be a time such as "22:00", not 22 (line 2)',
        'notify[0].host: must be the name of a mail server, such as smtp.example.org, not "http://mail" (line 2)',
        'notify[0].to: must be a list of e-mail addresses, such as [ada@example.org], not "ada" (line 2)',
      ],
    ],
    [
      'webhooks that share a name, for a camera that is not there, with half of the quiet hours',
      `${camera}\nnotify: [{kind: webhook, url: "http://a/"}, {kind: webhook, url: "http://b/", cameras: [shed], quiet: {to: "07:00"}}]\n`,
      [
        'notify[1].name: "webhook" is already notify[0]: each needs its own name (line 2)',
        'notify[1].quiet: needs both from and to (line 2)',
        'notify[1].cameras: there is no camera "shed" (line 2)',
      ],
    ],
    [
      'a webhook to a file',
      `${camera}\nnotify: [{kind: webhook, url: "file:///etc/passwd"}]\n`,
      ['notify[0].url: must be an address such as https://host/path (http or https) (line 2)'],
    ],
    [
      'users as a group',
      `${camera}\nusers: {ada: admin}\n`,
      ['users: must be a list (its items begin with a dash), not a group of options (line 2)'],
    ],
  ])('%s', async (_, text, problems) => {
    expect(await problemsOf(text)).toEqual(problems)
  })

  it('tells all its problems at once, in the order of the file', async () => {
    const text = `
http: {port: -1}
mqtt: {url: nowhere}
cameras:
  - id: Porch
    source: {kind: webcam}
  - id: yard
    source: {kind: rtsp, url: "rtsp://cam/1", transport: sctp}
    night: {dark_threshold: 10}
user: []
`
    expect((await problemsOf(text)).map((line) => line.replace(/: .*\(line (\d+)\)$/, ' $1'))).toEqual([
      'http.port 2',
      'mqtt.url 3',
      'cameras[0].id 5',
      'cameras[0].source.kind 6',
      'cameras[1].source.transport 8',
      'cameras[1].night.bright_threshold 9',
      'user 10',
    ])
  })

  it('that is not there says so', async () => {
    await expect(loadConfig({ path: join(folder, 'no.yaml'), env: {} })).rejects.toThrow(
      `the configuration ${join(folder, 'no.yaml')} can't be read: there is no such file`,
    )
  })
})
