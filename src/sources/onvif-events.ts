// Listens to an ONVIF camera by a PullPoint: asks for messages again and again, renews in time, and says what they mean.
// Ends when anything goes wrong; whoever runs it subscribes anew.
import type { Clock } from '../lib/clock.js'
import { createReports } from './onvif-reports.js'
import { at, listOf, type OnvifLogin, type OnvifSession, openSession } from './onvif-session.js'
import type { Listening } from './source.js'

/** A camera that answers at once though it has nothing to tell is not asked in a circle. */
const PAUSE_MS = 500
/** agsh asks for two minutes of life, and a question may take one of them. */
const RENEW_MS = 35_000
const GOODBYE_MS = 1000

export const listenToOnvif = async (
  login: OnvifLogin,
  { clock, signal, ready, onReported }: Listening,
): Promise<void> => {
  using session = await openSession(login, signal)
  if (!session.has('events')) {
    ready()
    await forever(signal)
    return
  }
  const reports = createReports()
  await subscribe(session)
  let renewAt = clock.now().mono + RENEW_MS
  try {
    ready()
    while (!signal.aborted) {
      const asked = clock.now().mono
      const answer = await session.ask('pullMessages', { messageLimit: 50 })
      const messages = listOf(at(answer, 'notificationMessage'))
      for (const message of messages) for (const { what, active } of reports.hear(message)) onReported(what, active)
      const now = clock.now().mono
      if (messages.length === 0 && now - asked < PAUSE_MS) await clock.sleep(PAUSE_MS, signal)
      if (now < renewAt) continue
      // Some can't renew and live on by being asked: the next question tells.
      await session.ask('renew', {}).catch(() => {})
      renewAt = clock.now().mono + RENEW_MS
    }
  } finally {
    for (const { what, active } of reports.end()) onReported(what, active)
    await unsubscribe(session, clock)
  }
}

/** The address that a subscription has got must hang up with the rest. */
const subscribe = async (session: OnvifSession): Promise<void> => {
  await session.ask('createPullPointSubscription')
  Object.assign(addressOf(session) ?? {}, { agent: session.agent })
}

const addressOf = ({ camera }: OnvifSession): object | undefined => {
  const address = at(camera, 'events', 'subscription', 'subscriptionReference', 'address')
  return typeof address === 'object' && address !== null ? address : undefined
}

/** What is not said good-bye to ends by itself in two minutes. */
const unsubscribe = async (session: OnvifSession, clock: Clock): Promise<void> => {
  const address = addressOf(session)
  if (!address) return
  const agent = session.newAgent()
  Object.assign(address, { agent })
  using _late = clock.after(GOODBYE_MS, () => agent.destroy())
  await session.camera.unsubscribe().catch(() => {})
  agent.destroy()
}

const forever = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
