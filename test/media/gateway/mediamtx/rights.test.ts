// MediaMTX's list of users: who may read and publish what.
import { expect, test } from 'vitest'
import { isAcceptable, revokedBetween, usersOf } from '../../../../src/media/gateway/mediamtx/rights.js'

const service = { name: 'service-1', password: 'a' }
const proof = { name: 'proof-1', password: 'b' }
const anna = { name: 'anna', password: 'c' }
const guest = { name: 'drone', password: 'd' }

test('people read what is open, the service no more than they and the inlets, the proof everything; nobody is anybody', () => {
  const users = usersOf({
    ...{ service, proof, ips: ['127.0.0.1'], people: [anna], keep: [] },
    paths: [
      { name: 'open', readers: 'all', publish: true },
      { name: 'closed', readers: 'none', publish: true },
      { name: 'in', readers: 'house', publish: false, guest },
    ],
  })
  const may = Object.fromEntries(
    users.map(({ user, permissions }) => [user, permissions.map(({ action, path }) => `${action} ${path ?? '*'}`)]),
  )
  expect(may).toEqual({
    'service-1': ['api *', 'publish open', 'publish closed', 'read open', 'read in'],
    'proof-1': ['read *'],
    anna: ['read open'],
    drone: ['publish in'],
  })
  expect(users.slice(0, 2).map(({ ips }) => ips)).toEqual([['127.0.0.1'], ['127.0.0.1']])
})

test.each(['a b', 'pä', 'a:b', '', 'sha256:abc', 'a"b'])('a password like %j is not for MediaMTX', (password) => {
  expect(isAcceptable({ name: 'anna', password })).toBe(false)
})

test('a name that means everybody is not for MediaMTX; those that we make are', () => {
  expect(isAcceptable({ name: 'any', password: 'x' })).toBe(false)
  expect(isAcceptable({ name: 'anna.b-c_d', password: 'Zm9v_-bar' })).toBe(true)
})

test('revoked is who has another password than before, or none', () => {
  const others = [anna, { name: 'otto', password: 'x' }, { name: 'vera', password: 'y' }]
  expect([...revokedBetween(others, [anna, { name: 'otto', password: 'z' }])]).toEqual(['otto', 'vera'])
})
