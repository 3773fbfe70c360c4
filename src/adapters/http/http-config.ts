// The configuration of the HTTP door and of the users who may come in.

import { type Role, roles } from '../../camera/ports.js'
import { range, type Slice } from '../../lib/slice.js'

export interface HttpConfig {
  readonly host: string
  readonly port: number
  readonly trust_proxy: boolean
  readonly prefix: string
  /** Of Home Assistant's users who come through ingress and are no users here. */
  readonly ingress_role: Role
  /** For links that people get; null: made from this machine's address. */
  readonly public_url: string | null
}

export const httpSchema = {
  host: { doc: 'Address to listen on', format: 'String', default: '0.0.0.0' },
  port: { doc: 'HTTP port', format: range(0, 65535, true), default: 8080, unit: '0 takes a free one' },
  trust_proxy: {
    doc: 'Believe the X-Forwarded headers of a reverse proxy in the local network',
    format: 'Boolean',
    default: false,
  },
  prefix: {
    doc: 'Path under which a reverse proxy shows this service, such as /nightjar',
    format: (value) => checkPrefix(value),
    default: '',
  },
  ingress_role: {
    doc: "In a Home Assistant add-on: what Home Assistant's users may do who have no user of the same name here",
    format: roles,
    default: 'operator',
  },
  public_url: {
    doc: 'Address at which people reach the page, for links in messages, such as https://cameras.example.org',
    format: (value) => checkUrl(value),
    default: null,
    nullable: true,
  },
} as const satisfies Slice

const checkPrefix = (value: unknown): void => {
  if (value === '' || (typeof value === 'string' && /^(\/[\w.~-]*\w)+$/.test(value))) return
  throw new Error('must be empty, or begin with a slash and not end with one')
}

const checkUrl = (value: unknown): void => {
  if (typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return
  throw new Error('must be an address such as https://cameras.example.org')
}

export const USER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/

/** A user from nightjar.yaml; `password` is what `password_file` holds. */
export interface UserConfig {
  readonly name: string
  readonly role: Role
  readonly password: string | null
}

export const userSchema = {
  name: { doc: 'Name to sign in with', format: (value) => checkName(value), default: null },
  role: {
    doc: 'viewer sees; operator also commands; admin also manages users',
    format: roles,
    default: 'viewer',
  },
  password: { doc: 'Sign-in password', format: 'String', default: null, nullable: true, sensitive: true },
} as const satisfies Slice

const checkName = (value: unknown): void => {
  if (typeof value === 'string' && USER_NAME.test(value)) return
  throw new Error('must be 1 to 32 letters, digits, dots, dashes or underscores')
}
