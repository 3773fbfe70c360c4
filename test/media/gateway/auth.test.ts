import { describe, expect, it } from 'vitest'
import { checkAuthorization, digestResponse, formatChallenge } from '../../../src/media/gateway/builtin/auth.js'

const passwordOf = (name: string): string | null => (name === 'anna' ? 'a b:c' : null)
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
const digest = (nonce: string, password = 'a b:c', more = ''): string => {
  const uri = 'rtsp://host/porch'
  const response = digestResponse({ name: 'anna', password, realm: 'Nightjar', nonce }, 'DESCRIBE', uri)
  return `Digest username="anna", realm="Nightjar", nonce="${nonce}", uri="${uri}", response="${response}"${more}`
}
const check = (header: string | undefined, method = 'DESCRIBE') =>
  checkAuthorization({ method, header, nonce: 'now' }, passwordOf)

describe('who may come in', () => {
  it("computes RFC 2069's example", () => {
    // RFC 2069 section 2.4, with the response as its erratum 749 corrects it.
    const user = {
      name: 'Mufasa',
      password: 'CircleOfLife',
      realm: 'testrealm@host.com',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
    }
    expect(digestResponse(user, 'GET', '/dir/index.html')).toBe('1949323746fe6a43ef61f9606e7febea')
  })

  it('lets the right password in, by either way', () => {
    expect(check(digest('now'))).toEqual({ ok: true, name: 'anna' })
    expect(check(digest('now', 'a b:c', ', algorithm="MD5"'))).toEqual({ ok: true, name: 'anna' })
    expect(check(basic('anna:a b:c'))).toEqual({ ok: true, name: 'anna' })
  })

  it('says stale where only the nonce is old', () => {
    expect(check(digest('before'))).toEqual({ ok: false, tried: true, stale: true })
    expect(formatChallenge('n', true)).toEqual([
      'Digest realm="Nightjar", nonce="n", stale=true',
      'Basic realm="Nightjar"',
    ])
    expect(formatChallenge('n', false)[0]).toBe('Digest realm="Nightjar", nonce="n"')
  })

  it.each([
    ['a wrong password', digest('now', 'no')],
    ['an old nonce with a wrong password', digest('before', 'no')],
    ['another algorithm', digest('now', 'a b:c', ', algorithm=SHA-256')],
    ['a wrong basic password', basic('anna:no')],
    ['nobody we know', basic('bob:a b:c')],
    ['no password', basic('anna')],
    ['another scheme', 'Bearer abc'],
    ['nonsense', 'Digest ====,,,"'],
  ])('refuses %s', (_what, header) => {
    expect(check(header)).toEqual({ ok: false, tried: true, stale: false })
  })

  it('refuses a response made for another method', () => {
    expect(check(digest('now'), 'PLAY').ok).toBe(false)
  })

  it('asks when nothing was sent', () => {
    expect(check(undefined)).toEqual({ ok: false, tried: false, stale: false })
  })
})
