import { expect, test } from 'vitest'
import { answerChallenge } from '../../src/lib/digest.js'

const mufasa = { username: 'Mufasa', password: 'Circle of Life' }
const request = { method: 'GET', uri: '/dir/index.html' }
const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v'
const opaque = 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS'

test.each([
  ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
  ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
])("%s gives what RFC 7616's example gives", (algorithm, response) => {
  const challenge = `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="${nonce}", opaque="${opaque}"`
  const credentials = { username: 'Mufasa', password: 'Circle of Life' }
  const header = answerChallenge(challenge, credentials, request, 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ')
  expect(header).toContain(`response="${response}"`)
  expect(header).toContain(`opaque="${opaque}"`)
})

test("without qop it is RFC 2069's form (its example, as its erratum corrects it)", () => {
  const challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'
  const header = answerChallenge(challenge, { ...mufasa, password: 'CircleOfLife' }, request)
  expect(header).toContain('response="1949323746fe6a43ef61f9606e7febea"')
  expect(header).not.toContain('qop')
})

test('Digest goes before Basic, in whatever order they are offered; what nobody knows is not answered', () => {
  const digest = 'Digest realm="a, b", nonce="1", qop="auth"'
  for (const challenge of [`Basic realm="x", ${digest}`, `${digest}, Basic realm="x"`])
    expect(answerChallenge(challenge, mufasa, request)).toMatch(/^Digest username="Mufasa", realm="a, b", nonce="1"/)
  expect(answerChallenge('Basic realm="x"', mufasa, request)).toBe('Basic TXVmYXNhOkNpcmNsZSBvZiBMaWZl')
  expect(answerChallenge('Bearer realm="x"', mufasa, request)).toBeUndefined()
  expect(answerChallenge('Digest realm="x", nonce="1", algorithm=SHA-512-256', mufasa, request)).toBeUndefined()
})
