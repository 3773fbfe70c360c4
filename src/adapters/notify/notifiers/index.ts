// The ways of telling people. A new kind is one file and its name here.
import type { NotifierDefinition, Sender } from '../notifier.js'
import { type EmailOptions, email } from './email.js'
import { type WebhookOptions, webhook } from './webhook.js'

export type NotifierOptions = EmailOptions | WebhookOptions
export type NotifierKind = NotifierOptions['kind']

type OptionsOf<Kind extends NotifierKind> = Extract<NotifierOptions, { kind: Kind }>

export const notifiers: { readonly [Kind in NotifierKind]: NotifierDefinition<OptionsOf<Kind>> } = { email, webhook }

export const notifierKinds = Object.keys(notifiers) as NotifierKind[]

const definitionOf = <Kind extends NotifierKind>({ kind }: OptionsOf<Kind>): NotifierDefinition<OptionsOf<Kind>> =>
  notifiers[kind as Kind]

export const openNotifier = (options: NotifierOptions): { readonly sender: Sender; readonly to: string } => {
  const definition: NotifierDefinition<NotifierOptions> = definitionOf(options)
  return { sender: definition.open(options), to: definition.to(options) }
}
