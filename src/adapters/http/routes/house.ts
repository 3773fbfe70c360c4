// What concerns the whole house, for admins: what can be done to it (asked twice), its configuration, its doctor.
import { randomBytes } from 'node:crypto'
import { Type } from 'typebox'
import { CONFIRM_MS, createConfirmations } from '../../../camera/confirmations.js'
import { systemActions } from '../../../camera/ports.js'
import { Failure } from '../../../lib/failure.js'
import { FindingsAnswer, HouseAnswer, SentenceAnswer, SystemAnswer } from '../api.js'
import { accountOf } from '../auth.js'
import type { App, RouteDeps } from './app.js'
import { askerOf } from './cameras.js'

const tags = ['house']

export const addHouse = (app: App, { house, clock }: RouteDeps): void => {
  const confirmations = createConfirmations(clock)
  app.get(
    '/api/house',
    { schema: { tags, summary: 'Version, and what can be done to the house', response: { 200: HouseAnswer } } },
    () => ({
      version: house.version,
      started: house.startedAt,
      actions: systemActions.map((action) => ({ action, refusal: house.refusal(action) })),
    }),
  )
  app.get(
    '/api/doctor',
    { schema: { tags, summary: 'What is missing or wrong on this machine', response: { 200: FindingsAnswer } } },
    async () => [...(await house.findings())],
  )
  app.post(
    '/api/house/:action',
    {
      schema: {
        tags,
        summary: 'Done when asked twice within ten seconds: the second time with `confirm` from the first answer',
        params: Type.Object({ action: Type.Enum([...systemActions]) }),
        body: Type.Object({ confirm: Type.Optional(Type.String()) }, { additionalProperties: false }),
        response: { 200: SystemAnswer },
      },
    },
    async (request) => {
      const { action } = request.params
      const { confirm } = request.body
      const refusal = house.refusal(action)
      if (refusal !== null) throw new Failure('refused', refusal)
      const who = (token: string): string => `${accountOf(request).name} ${token}`
      if (confirm === undefined) {
        const token = randomBytes(12).toString('base64url')
        confirmations.begin(who(token), action)
        const sentence = `Not done yet: ask for ${action} once more within ${CONFIRM_MS / 1000} s, with this confirm`
        return { done: false, sentence, confirm: token, within_s: CONFIRM_MS / 1000 }
      }
      if (!confirmations.confirm(who(confirm), action))
        throw new Failure('refused', `That is no confirmation of ${action}, or an old one: ask again without one`)
      return { done: true, sentence: await house.act(action, askerOf(request)) }
    },
  )
  app.get(
    '/api/house/nightjar.yaml',
    { schema: { tags, summary: 'The whole configuration with the present settings; secrets are "***"' } },
    (_request, reply) => reply.type('application/yaml; charset=utf-8').serializer(String).send(house.dumpConfig()),
  )
  app.put(
    '/api/house/nightjar.yaml',
    {
      schema: {
        tags,
        summary: 'Write the present settings into the configuration file, which keeps its comments',
        response: { 200: SentenceAnswer },
      },
    },
    async () => ({ sentence: await house.overwriteConfig() }),
  )
}
