// The ONVIF cameras of the network, for admins: which there are, and one of them into the configuration file.
import { Type } from 'typebox'
import { AddedAnswer, DiscoverAnswer } from '../api.js'
import type { App, RouteDeps } from './app.js'

const tags = ['house']

const text = (most: number) => Type.String({ minLength: 1, maxLength: most })

export const addDiscover = (app: App, { house }: RouteDeps): void => {
  app.get(
    '/api/discover',
    {
      schema: {
        tags,
        summary: 'The ONVIF cameras that answer on the network; takes three seconds',
        response: { 200: DiscoverAnswer },
      },
    },
    async () => [...(await house.discover())],
  )
  app.post(
    '/api/discover',
    {
      schema: {
        tags,
        summary: 'Put a camera into the configuration file, for the next start, if it takes this user and password',
        body: Type.Object(
          {
            name: text(60),
            address: text(300),
            username: Type.Optional(text(100)),
            password: Type.Optional(text(200)),
          },
          { additionalProperties: false },
        ),
        response: { 200: AddedAnswer },
      },
    },
    ({ body: { name, address, username = null, password = null } }) =>
      house.addCamera({ name, address, username, password }),
  )
}
