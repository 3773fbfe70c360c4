// When the fragments of the live stream of `porch` come.
import type { PipelineHouse } from './pipeline-house.js'

export interface Arrivals extends AsyncDisposable {
  /** How many have come since then. */
  since(when: number): number
}

export const hearArrivals = ({ pipelines }: Pick<PipelineHouse, 'pipelines'>): Arrivals => {
  const end = new AbortController()
  const arrivals: number[] = []
  const listen = async (): Promise<void> => {
    for await (const { type } of pipelines.streams.live('porch', end.signal))
      if (type === 'fragment') arrivals.push(performance.now())
  }
  const listening = listen()
  return {
    since: (when) => arrivals.filter((at) => at > when).length,
    [Symbol.asyncDispose]: async () => {
      end.abort()
      await listening
    },
  }
}
