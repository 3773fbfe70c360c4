// A device by the messages that leave it: what is answered to whom, and what goes wrong with which fault.
import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { all, envelope, type Read, read, security, type Token } from '../../support/onvif-client.js'
import { type OnvifHouse, PASSWORDS, startOnvifHouse } from '../../support/onvif-house.js'
import { createTestClock, type TestClock } from '../../support/test-clock.js'

let house: OnvifHouse
let clock: TestClock

beforeAll(async () => {
  clock = createTestClock()
  house = await startOnvifHouse({ clock, ids: ['porch', 'yard'] })
})
afterAll(() => house[Symbol.asyncDispose]())
// A minute later nobody is locked out.
beforeEach(() => clock.advance(61_000))

const now = (): string => new Date(clock.now().wall).toISOString()
const as = (name: string, more: Partial<Token> = {}): string =>
  security({ name, password: PASSWORDS[name] ?? '', created: now(), ...more })

interface Answered extends Read {
  readonly status: number
  readonly headers: Headers
}

const post = async (text: string | Buffer, headers: Record<string, string> = {}, path = '/onvif/device_service') => {
  const url = `http://127.0.0.1:${house.port}${path}`
  const answer = await fetch(url, {
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/soap+xml', ...headers },
  })
  expect(answer.headers.get('content-type')).toBe('application/soap+xml; charset=utf-8')
  return { status: answer.status, headers: answer.headers, ...read(await answer.text()) } satisfies Answered
}
const ask = (body: string, header = as('vera')): Promise<Answered> => post(envelope(body, header))
const faultOf = ({ status, fault }: Answered): readonly unknown[] => [status, ...(fault?.codes ?? ['none'])]
const textOf = ({ body }: Answered, name: string): string | undefined => all(body, name)[0]?.text

/** With a Host header that fetch would not let through. */
const postAs = (host: string, path: string, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const asking = request({ port: house.port, path, method: 'POST', headers: { host, 'content-type': 'text/xml' } })
    asking.on('error', reject)
    asking.on('response', (answer) => {
      let all = ''
      answer.setEncoding('utf8').on('data', (part: string) => {
        all += part
      })
      answer.on('end', () => resolve(all))
    })
    asking.end(text)
  })

const DENIED = [400, 's:Sender', 'ter:NotAuthorized']

describe('signing in', () => {
  it('takes a digest of the stream password', async () => {
    expect(textOf(await ask('<tds:GetDeviceInformation/>'), 'Model')).toBe('Porch')
  })

  it.each([
    ['a wrong password', { password: 'wrong' }, /wrong name or password/],
    ['an unknown name', { name: 'nobody', password: 'nobody' }, /wrong name or password/],
    ['a user without a stream password', { name: 'nopass', password: '' }, /wrong name or password/],
    ['a password in the clear', { type: 'PasswordText' }, /digest/],
    ['no nonce', { nonce: '' }, /Nonce/],
    ['an old token', { created: '2026-11-20T11:00:00Z' }, /clock/],
    ['a token from the future', { created: '2026-11-20T14:00:00Z' }, /clock/],
    ['no time at all', { created: 'now' }, /clock/],
  ] as const)('refuses %s', async (_, token, why) => {
    const answer = await ask('<tds:GetDeviceInformation/>', as('vera', token))
    expect(faultOf(answer)).toEqual(DENIED)
    expect(answer.fault?.reason).toMatch(why)
  })

  it('takes a token once', async () => {
    const token = as('vera')
    expect((await ask('<tds:GetScopes/>', token)).status).toBe(200)
    const again = await ask('<tds:GetScopes/>', token)
    expect(faultOf(again)).toEqual(DENIED)
    expect(again.fault?.reason).toMatch(/used before/)
  })

  it('takes any way to write the time, as it is written', async () => {
    for (const created of [now().replace(/\.\d+/, ''), now().replace('Z', '123456Z')])
      expect((await ask('<tds:GetScopes/>', as('vera', { created }))).status).toBe(200)
  })

  it('locks out who guesses, with the right password too, and for a minute only', async () => {
    for (let tries = 0; tries < 8; tries++) await ask('<tds:GetScopes/>', as('otto', { password: `guess ${tries}` }))
    const locked = await ask('<tds:GetScopes/>', as('otto'))
    expect(faultOf(locked)).toEqual(DENIED)
    expect(locked.fault?.reason).toMatch(/minute/)
    expect((await ask('<tds:GetScopes/>', as('vera'))).status).toBe(200)
    await clock.advance(61_000)
    expect((await ask('<tds:GetScopes/>', as('otto'))).status).toBe(200)
  })

  it('says how, with a fault, to who says nothing', async () => {
    const answer = await ask('<tds:GetScopes/>', '')
    expect(faultOf(answer)).toEqual([401, ...DENIED.slice(1)])
    expect(answer.headers.get('www-authenticate')).toMatch(/^Digest realm="Nightjar", qop="auth".*Basic realm/)
  })

  const digest = async (password: string, uri = '/onvif/device_service', nc = '00000001', challenge?: string) => {
    const offered = challenge ?? (await ask('<tds:GetScopes/>', '')).headers.get('www-authenticate') ?? ''
    const nonce = /nonce="([^"]+)"/.exec(offered)?.[1] ?? ''
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
    const response = md5(`${md5(`vera:Nightjar:${password}`)}:${nonce}:${nc}:abc:auth:${md5(`POST:${uri}`)}`)
    const given = `username="vera", realm="Nightjar", nonce="${nonce}", uri="${uri}", qop=auth, nc=${nc}, cnonce="abc"`
    return { authorization: `Digest ${given}, response="${response}"` }
  }

  it('takes HTTP digest, once for each count', async () => {
    const text = envelope('<tds:GetScopes/>')
    const challenge = (await ask('<tds:GetScopes/>', '')).headers.get('www-authenticate') ?? ''
    const right = await digest(PASSWORDS.vera ?? '', undefined, '00000001', challenge)
    expect((await post(text, right)).status).toBe(200)
    expect((await post(text, right)).status).toBe(401)
    expect((await post(text, await digest(PASSWORDS.vera ?? '', undefined, '00000002', challenge))).status).toBe(200)
    expect((await post(text, await digest('wrong'))).status).toBe(401)
    expect((await post(text, await digest(PASSWORDS.vera ?? '', '/elsewhere'))).status).toBe(401)
    const late = await digest(PASSWORDS.vera ?? '')
    await clock.advance(301_000)
    expect((await post(text, late)).status).toBe(401)
  })

  it('lets everybody ask for the time and the services, also with a wrong token', async () => {
    for (const body of [
      'GetSystemDateAndTime',
      'GetServices',
      'GetCapabilities',
      'GetHostname',
      'GetEndpointReference',
    ])
      for (const header of ['', as('vera', { password: 'wrong' }), as('vera', { created: '2001-01-01T00:00:00Z' })])
        expect((await ask(`<tds:${body}/>`, header)).status).toBe(200)
  })

  it('lets each do what his role may', async () => {
    const set =
      '<timg:SetImagingSettings><timg:VideoSourceToken>video</timg:VideoSourceToken><timg:ImagingSettings><tt:IrCutFilter>OFF</tt:IrCutFilter></timg:ImagingSettings></timg:SetImagingSettings>'
    expect(faultOf(await ask(set, as('vera')))).toEqual(DENIED)
    expect((await ask(set, as('otto'))).status).toBe(200)
    expect(faultOf(await ask('<tds:GetUsers/>', as('otto')))).toEqual(DENIED)
    const { body } = await ask('<tds:GetUsers/>', as('ada'))
    expect(all(body, 'User').map(({ children }) => children.map(({ text }) => text))).toEqual([
      ['ada', 'Administrator'],
      ['otto', 'Operator'],
      ['vera', 'User'],
    ])
  })
})

describe('faults', () => {
  it.each([
    ['no XML', 'hello', [400, 's:Sender', 'ter:InvalidArgVal']],
    ['nothing', '', [400, 's:Sender', 'ter:InvalidArgVal']],
    ['no envelope', '<a/>', [400, 's:Sender', 'ter:WellFormed']],
    ['an empty body', envelope(''), [400, 's:Sender', 'ter:WellFormed']],
    ['SOAP 1.1', '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"/>', [500, 's:VersionMismatch']],
    [
      'an entity bomb',
      `<!DOCTYPE a [<!ENTITY b "bbbb">]>${envelope('<tds:GetScopes/>')}`,
      [400, 's:Sender', 'ter:InvalidArgVal'],
    ],
    ['too much', 'x'.repeat(5_000_000), [413, 's:Sender', 'ter:InvalidArgs']],
  ])('answers %s', async (_, text, wanted) => {
    expect(faultOf(await post(text))).toEqual(wanted)
  })

  it('answers what it does not know, but only to who may ask', async () => {
    const unknown = [500, 's:Receiver', 'ter:ActionNotSupported']
    expect(faultOf(await ask('<tds:SystemReboot/>'))).toEqual(unknown)
    expect(faultOf(await ask('<tt:GetScopes/>'))).toEqual(unknown)
    expect(faultOf(await ask('<tds:SystemReboot/>', ''))).toEqual([401, ...DENIED.slice(1)])
  })

  it('answers tokens that it does not have', async () => {
    const profile = (name: string): string => `<trt:${name}><trt:ProfileToken>x</trt:ProfileToken></trt:${name}>`
    const invalid = [400, 's:Sender', 'ter:InvalidArgVal']
    for (const name of ['GetStreamUri', 'GetSnapshotUri', 'GetProfile', 'DeleteProfile'])
      expect(faultOf(await ask(profile(name)))).toEqual([...invalid, 'ter:NoProfile'])
    expect(faultOf(await ask('<timg:GetOptions/>'))).toEqual([...invalid, 'ter:NoSource'])
    expect(faultOf(await ask('<trt:GetVideoEncoderConfiguration/>'))).toEqual([...invalid, 'ter:NoConfig'])
    expect(faultOf(await ask('<tds:GetCapabilities><tds:Category>PTZ</tds:Category></tds:GetCapabilities>'))).toEqual([
      ...[500, 's:Receiver', 'ter:ActionNotSupported', 'ter:NoSuchService'],
    ])
  })

  it('answers other methods with a fault as well, and any type of content with an answer', async () => {
    const url = `http://127.0.0.1:${house.port}/onvif/device_service`
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await fetch(url, { method })
      expect([answer.status, read(await answer.text()).fault?.codes[0]]).toEqual([405, 's:Sender'])
    }
    for (const type of ['application/xml', 'text/xml; charset=utf-8', 'application/soap+xml; action="x"', 'text/plain'])
      expect((await post(envelope('<tds:GetServices/>'), { 'content-type': type })).status).toBe(200)
    expect(faultOf(await post(envelope('<tds:GetServices/>'), { 'content-type': 'nonsense' }))[0]).toBe(415)
    expect((await post(Buffer.from(`\ufeff${envelope('<tds:GetServices/>')}`))).status).toBe(200)
  })
})

describe('media', () => {
  it('is found wherever it is asked, by the name that the client uses', async () => {
    const uri = async (name: string, host: string): Promise<string | undefined> => {
      const body = `<trt:${name}><trt:ProfileToken>sub</trt:ProfileToken></trt:${name}>`
      const text = await postAs(host, '/onvif/imaging_service', envelope(body, as('vera')))
      return all(read(text).body, 'Uri')[0]?.text
    }
    const here = `127.0.0.1:${house.port}`
    expect(await uri('GetStreamUri', 'cam.lan:81')).toBe('rtsp://cam.lan:8554/porch_sub')
    expect(await uri('GetSnapshotUri', 'cam.lan:81')).toBe('http://cam.lan:81/onvif/snapshot?stream=sub')
    expect(await uri('GetStreamUri', '[fd00::2]:81')).toBe('rtsp://[fd00::2]:8554/porch_sub')
    expect(await uri('GetSnapshotUri', 'a b"<c>')).toBe(`http://${here}/onvif/snapshot?stream=sub`)
    expect(await uri('GetSnapshotUri', 'user:pw@evil')).toBe(`http://${here}/onvif/snapshot?stream=sub`)
  })

  it('describes the encoders as measured', async () => {
    const { body } = await ask('<trt:GetVideoEncoderConfigurations/>')
    const [main] = all(body, 'Configurations')
    const value = (name: string): string | undefined => (main ? all(main, name)[0]?.text : undefined)
    expect(
      ['Encoding', 'Width', 'Height', 'FrameRateLimit', 'BitrateLimit', 'GovLength', 'H264Profile', 'UseCount'].map(
        value,
      ),
    ).toEqual(['H264', '1920', '1080', '25', '3142', '50', 'High', '1'])
  })

  it('lets a recorder make and remove a profile of its own, and keeps the fixed ones', async () => {
    const token = '<trt:ProfileToken>SynoProfile</trt:ProfileToken>'
    const made = '<trt:CreateProfile><trt:Name>S</trt:Name><trt:Token>SynoProfile</trt:Token></trt:CreateProfile>'
    expect((await ask(made)).status).toBe(200)
    expect(faultOf(await ask(made))).toEqual([400, 's:Sender', 'ter:InvalidArgVal', 'ter:ProfileExists'])
    const bare = await ask(`<trt:GetStreamUri>${token}</trt:GetStreamUri>`)
    expect(faultOf(bare)).toEqual([400, 's:Sender', 'ter:Action', 'ter:IncompleteConfiguration'])
    const add = (what: string, config: string): Promise<Answered> =>
      ask(`<trt:Add${what}>${token}<trt:ConfigurationToken>${config}</trt:ConfigurationToken></trt:Add${what}>`)
    await add('VideoSourceConfiguration', 'video_config')
    await add('VideoEncoderConfiguration', 'sub_encoder')
    expect(textOf(await ask(`<trt:GetStreamUri>${token}</trt:GetStreamUri>`), 'Uri')).toMatch(/porch_sub$/)
    expect((await ask(`<trt:DeleteProfile>${token}</trt:DeleteProfile>`)).status).toBe(200)
    const fixed = await ask('<trt:DeleteProfile><trt:ProfileToken>main</trt:ProfileToken></trt:DeleteProfile>')
    expect(faultOf(fixed)).toEqual([400, 's:Sender', 'ter:Action', 'ter:DeletionOfFixedProfile'])
    const { body } = await ask('<trt:GetProfiles/>')
    expect(all(body, 'Profiles').map(({ attributes }) => attributes.get('token'))).toEqual(['main', 'sub'])
  })

  it('takes a wish for an encoder only when it is true already', async () => {
    const wish = (width: number): string =>
      `<trt:SetVideoEncoderConfiguration><trt:Configuration token="main_encoder"><tt:Resolution><tt:Width>${width}</tt:Width></tt:Resolution></trt:Configuration></trt:SetVideoEncoderConfiguration>`
    expect((await ask(wish(1920), as('otto'))).status).toBe(200)
    expect(faultOf(await ask(wish(640), as('otto')))).toEqual([
      400,
      's:Sender',
      'ter:InvalidArgVal',
      'ter:ConfigModify',
    ])
  })
})

describe('imaging', () => {
  const source = '<timg:VideoSourceToken>video</timg:VideoSourceToken>'
  const set = (inside: string): Promise<Answered> =>
    ask(
      `<timg:SetImagingSettings>${source}<timg:ImagingSettings>${inside}</timg:ImagingSettings></timg:SetImagingSettings>`,
      as('otto'),
    )
  const names = async (operation: string, element: string): Promise<readonly string[]> => {
    const { body } = await ask(`<timg:${operation}>${source}</timg:${operation}>`)
    return all(body, element)[0]?.children.map(({ name, text }) => (text ? `${name}=${text}` : name)) ?? []
  }

  it('has the IR-cut filter as night mode, and what the source can set', async () => {
    expect(await names('GetImagingSettings', 'ImagingSettings')).toEqual(['IrCutFilter=OFF'])
    expect((await set('<tt:IrCutFilter>AUTO</tt:IrCutFilter>')).status).toBe(200)
    expect(await names('GetImagingSettings', 'ImagingSettings')).toEqual(['IrCutFilter=AUTO'])
    house.cameras.change('porch', { controls: ['brightness', 'saturation', 'sharpness'] })
    expect(await names('GetOptions', 'ImagingOptions')).toEqual([
      ...['Brightness', 'ColorSaturation', 'IrCutFilterModes=ON', 'IrCutFilterModes=OFF', 'IrCutFilterModes=AUTO'],
      'Sharpness',
    ])
    expect((await set('<tt:Brightness>12.4</tt:Brightness><tt:ColorSaturation>-30</tt:ColorSaturation>')).status).toBe(
      200,
    )
    expect(house.cameras.commands.at(-1)).toEqual({
      id: 'porch',
      command: { type: 'settings', change: { image: { brightness: 12, saturation: -30 } } },
      by: { adapter: 'onvif', user: 'otto' },
    })
  })

  it.each([
    ['a filter that is none', '<tt:IrCutFilter>MAYBE</tt:IrCutFilter>'],
    ['a number beyond the range', '<tt:Brightness>101</tt:Brightness>'],
    ['no number', '<tt:Brightness>bright</tt:Brightness>'],
    ['what the source has not', '<tt:Contrast>1</tt:Contrast>'],
    ['focus', '<tt:Focus><tt:AutoFocusMode>AUTO</tt:AutoFocusMode></tt:Focus>'],
  ])('refuses %s, and changes nothing', async (_, inside) => {
    house.cameras.change('porch', { controls: ['brightness'] })
    const before = house.cameras.commands.length
    const answer = await set(`<tt:IrCutFilter>ON</tt:IrCutFilter>${inside}`)
    expect(faultOf(answer)).toEqual([400, 's:Sender', 'ter:InvalidArgVal', 'ter:SettingsInvalid'])
    expect(house.cameras.commands).toHaveLength(before)
  })
})

it('answers in the words of WS-Addressing to who uses them', async () => {
  const header = '<wsa:MessageID>urn:uuid:1</wsa:MessageID><wsa:Action>urn:x/GetServicesRequest</wsa:Action>'
  const url = `http://127.0.0.1:${house.port}/`
  const text = await (await fetch(url, { method: 'POST', body: envelope('<tds:GetServices/>', header) })).text()
  expect(text).toContain('<wsa:Action>urn:x/GetServicesResponse</wsa:Action><wsa:RelatesTo>urn:uuid:1</wsa:RelatesTo>')
})
