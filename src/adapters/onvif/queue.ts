// What waits for a client that does not take it: bounded, and right in the end. Pure.
import type { Message } from './topics.js'

export const QUEUE = 200

/** The newest of them, and of each topic the last word, whatever its age: it is how things are. */
export const newest = (messages: readonly Message[]): readonly Message[] => {
  const older = messages.slice(0, -QUEUE)
  if (older.length === 0) return messages
  const last = new Map(messages.map((message) => [message.topic, message]))
  return [...older.filter((message) => last.get(message.topic) === message), ...messages.slice(-QUEUE)]
}
