// The Events service: PullPoints for all, Basic Notification for those who want to be called. Subscriptions have an
// address each, and are asked for there.
import { childOf, textAt, type Xml, xml } from '../../lib/xml.js'
import { invalidValue, notAuthorized } from './fault.js'
import { type Call, defineOperations } from './operation.js'
import { eventCapabilities } from './service-capabilities.js'
import { NS } from './soap.js'
import type { Subscription } from './subscription.js'
import { LONGEST_LIFE_MS } from './subscriptions.js'
import { formatTime, parseDuration, parseTermination } from './time.js'
import { DIALECTS, parseFilter, topicSet } from './topic-set.js'
import { formatMessage, topics } from './topics.js'

const PLACE = '/onvif/subscriptions/'
const LIFE = { least: 10_000, most: LONGEST_LIFE_MS, usual: 600_000 }
const PULL = { most: 120_000, messages: 1000 }

const ownerOf = ({ account }: Call): string => {
  if (!account) throw notAuthorized('a name is wanted')
  return account.name
}

const lifeIn = ({ device }: Call, asked: string | undefined): number => {
  if (!asked) return LIFE.usual
  const life = parseTermination(asked, device.clock.now().wall)
  if (life === undefined || life <= 0)
    throw invalidValue(`"${asked.slice(0, 60)}" is neither a duration nor a time to come`)
  return Math.min(LIFE.most, Math.max(LIFE.least, life))
}

const found = (call: Call): Subscription => {
  const id = call.path.startsWith(PLACE) ? call.path.slice(PLACE.length) : ''
  return call.device.subscriptions.find(id, ownerOf(call))
}

/** When it is, and until when the subscription lives; `prefix` is the service's whose words they are. */
const times = ({ device }: Call, subscription: Subscription, prefix: 'tev' | 'wsnt'): readonly Xml[] => {
  const p = { xml: prefix }
  const now = xml`<${p}:CurrentTime>${formatTime(device.clock.now().wall)}</${p}:CurrentTime>`
  const end = xml`<${p}:TerminationTime>${formatTime(subscription.until())}</${p}:TerminationTime>`
  return [now, end]
}

const reference = ({ authority }: Call, { id }: Subscription, prefix: 'tev' | 'wsnt'): Xml => {
  const p = { xml: prefix }
  return xml`<${p}:SubscriptionReference><wsa:Address>http://${authority}${PLACE}${id}</wsa:Address></${p}:SubscriptionReference>`
}

export const eventOperations = defineOperations('events', {
  GetServiceCapabilities: {
    access: 'PRE_AUTH',
    answer: () => xml`<tev:GetServiceCapabilitiesResponse>${eventCapabilities}</tev:GetServiceCapabilitiesResponse>`,
  },
  GetEventProperties: {
    access: 'READ_MEDIA',
    note: 'the topics that this camera tells now (see below)',
    answer: ({ device }) => {
      const told = { state: device.state(), sceneChanged: false }
      const present = topics.filter((topic) => topic.show(told) !== undefined)
      const dialects = [DIALECTS.concrete, DIALECTS.simple].map(
        (dialect) => xml`<wsnt:TopicExpressionDialect>${dialect}</wsnt:TopicExpressionDialect>`,
      )
      return xml`<tev:GetEventPropertiesResponse><tev:TopicNamespaceLocation>http://www.onvif.org/onvif/ver10/topics/topicns.xml</tev:TopicNamespaceLocation><wsnt:FixedTopicSet>false</wsnt:FixedTopicSet>${topicSet(present)}${dialects}<tev:MessageContentFilterDialect>${DIALECTS.content}</tev:MessageContentFilterDialect><tev:MessageContentSchemaLocation>http://www.onvif.org/onvif/ver10/schema/onvif.xsd</tev:MessageContentSchemaLocation></tev:GetEventPropertiesResponse>`
    },
  },
  CreatePullPointSubscription: {
    access: 'READ_MEDIA',
    note: 'for at most an hour; begins with the present states; filters by topic are understood',
    answer: (call) => {
      const subscription = call.device.subscriptions.open({
        owner: ownerOf(call),
        life: lifeIn(call, textAt(call.body, 'InitialTerminationTime')),
        topics: parseFilter(childOf(call.body, 'Filter')),
      })
      return xml`<tev:CreatePullPointSubscriptionResponse>${reference(call, subscription, 'tev')}${times(call, subscription, 'wsnt')}</tev:CreatePullPointSubscriptionResponse>`
    },
  },
  PullMessages: {
    access: 'READ_MEDIA',
    note: 'waits up to two minutes; renews the subscription',
    answer: async (call) => {
      const subscription = found(call)
      const asked = parseDuration(textAt(call.body, 'Timeout') ?? 'PT1S')
      const limit = Number(textAt(call.body, 'MessageLimit') ?? PULL.messages)
      if (asked === undefined || !(limit >= 1))
        throw invalidValue('Timeout must be a duration, and MessageLimit 1 or more')
      const messages = await subscription.pull({
        ms: Math.min(asked, PULL.most),
        limit: Math.min(limit, PULL.messages),
        gone: call.gone,
      })
      return xml`<tev:PullMessagesResponse>${times(call, subscription, 'tev')}${messages.map(formatMessage)}</tev:PullMessagesResponse>`
    },
  },
  SetSynchronizationPoint: {
    access: 'READ_MEDIA',
    note: 'tells the present states anew',
    answer: (call) => {
      call.device.subscriptions.sync(found(call))
      return xml`<tev:SetSynchronizationPointResponse/>`
    },
  },
  Subscribe: {
    access: 'READ_MEDIA',
    ns: NS.wsnt,
    note: 'Basic Notification, by http, only to who asks',
    answer: (call) => {
      const address = textAt(call.body, 'ConsumerReference', 'Address') ?? ''
      const subscription = call.device.subscriptions.open({
        owner: ownerOf(call),
        life: lifeIn(call, textAt(call.body, 'InitialTerminationTime')),
        topics: parseFilter(childOf(call.body, 'Filter')),
        consumer: { address, remote: call.remote },
      })
      return xml`<wsnt:SubscribeResponse>${reference(call, subscription, 'wsnt')}${times(call, subscription, 'wsnt')}</wsnt:SubscribeResponse>`
    },
  },
  Renew: {
    access: 'READ_MEDIA',
    ns: NS.wsnt,
    note: 'accepted until a minute after the end, too',
    answer: (call) => {
      const subscription = found(call)
      call.device.subscriptions.renew(subscription, lifeIn(call, textAt(call.body, 'TerminationTime')))
      const [now, end] = times(call, subscription, 'wsnt')
      return xml`<wsnt:RenewResponse>${end}${now}</wsnt:RenewResponse>`
    },
  },
  Unsubscribe: {
    access: 'READ_MEDIA',
    ns: NS.wsnt,
    answer: (call) => {
      call.device.subscriptions.close(found(call))
      return xml`<wsnt:UnsubscribeResponse/>`
    },
  },
})
