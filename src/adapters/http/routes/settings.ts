// Settings of a camera: the nested keys of nightjar.yaml, documented from their slice.
import { type TSchema, Type } from 'typebox'
import { checkSettingsChange } from '../../../camera/check-settings.js'
import type { SettingsChange } from '../../../camera/settings.js'
import { isOption } from '../../../lib/check.js'
import type { Option, Slice } from '../../../lib/slice.js'
import { SettingsAnswer } from '../api.js'
import type { App, RouteDeps } from './app.js'
import { askerOf, CameraParams } from './cameras.js'

const tags = ['settings']

export const addSettings = (app: App, { cameras, settingsSchema }: RouteDeps): void => {
  app.get(
    '/api/cameras/:id/settings',
    { schema: { tags, summary: 'The settings', params: CameraParams, response: { 200: SettingsAnswer } } },
    ({ params }) => cameras.state(params.id).settings,
  )
  app.patch(
    '/api/cameras/:id/settings',
    {
      schema: {
        tags,
        summary: 'Change some settings; every problem is listed, and then nothing is changed',
        params: CameraParams,
        body: Type.Unsafe<SettingsChange>(documented(settingsSchema)),
        response: { 200: SettingsAnswer },
      },
      // The slice judges, in the words that the configuration file gets.
      validatorCompiler: () => (value) => ({ value }),
    },
    (request) => {
      const { id } = request.params
      const change = checkSettingsChange(request.body, cameras.state(id).settings)
      return cameras.execute(id, { type: 'settings', change }, askerOf(request))
    },
  )
}

const documented = (slice: Slice): TSchema =>
  Type.Object(
    Object.fromEntries(
      Object.entries(slice).map(([name, entry]) => [
        name,
        Type.Optional(isOption(entry) ? optionSchema(entry) : documented(entry)),
      ]),
    ),
  )

const optionSchema = ({ doc, unit, default: preset, format }: Option): TSchema => {
  const details = { description: unit ? `${doc} (${unit})` : doc, default: preset }
  if (Array.isArray(format)) return Type.Enum(format.map(String), details)
  if (typeof preset === 'boolean') return Type.Boolean(details)
  if (typeof preset === 'number') return Type.Number(details)
  if (Array.isArray(preset)) return Type.Array(preset.length > 0 ? Type.String() : Type.Unknown(), details)
  return Type.String(details)
}
