// Numbers for Prometheus, read from the parts when somebody asks. Only events are counted as they happen.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Registry } from 'prom-client'
import type { HttpDeps } from './routes/app.js'

export interface Metrics extends Disposable {
  readonly contentType: string
  text(): Promise<string>
}

/** Each tick wakes a sleeping process. */
const LOOP_MS = 100

type Sample = readonly [value: number, ...labels: string[]]

export const createMetrics = (deps: HttpDeps): Metrics => {
  const { cameras, recordings, streams, gateway, rings, version } = deps
  const registry = new Registry()
  const delay = monitorEventLoopDelay({ resolution: LOOP_MS })
  delay.enable()

  const metric =
    (kind: typeof Gauge | typeof Counter) =>
    (name: string, help: string, labelNames: string[], read: () => readonly Sample[]): void => {
      new kind({
        name,
        help,
        labelNames,
        registers: [registry],
        collect() {
          this.reset()
          for (const [value, ...labels] of read()) {
            this.inc(Object.fromEntries(labelNames.map((label, index) => [label, labels[index] ?? ''])), value)
          }
        },
      })
    }
  const gauge = metric(Gauge)
  const counter = metric(Counter)
  const ofCameras = (read: (state: ReturnType<typeof cameras.state>) => number | null) => (): readonly Sample[] =>
    cameras.list().flatMap((state) => {
      const value = read(state)
      return value === null ? [] : [[value, state.id] as const]
    })
  const camera = (name: string, help: string, read: Parameters<typeof ofCameras>[0]): void =>
    gauge(`nightjar_camera_${name}`, help, ['camera'], ofCameras(read))

  gauge('nightjar_info', 'The version', ['version'], () => [[1, version]])
  camera('online', 'Whether the camera gives video', ({ link }) => Number(link.status === 'online'))
  camera('motion', 'Whether something moves', ({ motion }) => Number(motion.active))
  camera('motion_level', 'Motion level, 0 to 100', ({ motion }) => motion.level)
  camera('dark_level', 'Dark score, 0 (bright) to 255', ({ light }) => light.dark)
  camera('night', 'Whether it is night', ({ light }) => Number(light.mode === 'night'))
  camera('recording', 'Whether a recording runs', ({ recording }) => Number(recording.active))
  camera('ring_seconds', 'Seconds of video in memory', ({ id }) => rings?.(id)?.seconds ?? null)
  camera('ring_bytes', 'Bytes of video in memory', ({ id }) => rings?.(id)?.bytes ?? null)
  gauge('nightjar_viewers', 'Open live views and MJPEG streams', ['camera', 'kind'], () =>
    cameras.list().flatMap(({ id }) => Object.entries(streams.viewers(id)).map(([kind, n]) => [n, id, kind] as const)),
  )
  gauge('nightjar_storage_items', 'Kept recordings and snapshots', [], () => [[recordings.usage().items]])
  gauge('nightjar_storage_bytes', 'Bytes of them', [], () => [[recordings.usage().bytes]])
  gauge('nightjar_storage_free_bytes', 'Free bytes of the disk', [], () => {
    const { free } = recordings.usage()
    return free === null ? [] : [[free]]
  })

  type Path = ReturnType<NonNullable<ReturnType<typeof gateway>>['facts']>['paths'][number]
  const path = (add: typeof gauge, name: string, help: string, read: (path: Path) => number): void =>
    add(`nightjar_rtsp_${name}`, help, ['path'], () =>
      (gateway()?.facts().paths ?? []).map((one) => [read(one), one.name] as const),
    )
  path(gauge, 'online', 'Whether the path has video', ({ online }) => Number(online))
  path(gauge, 'readers', 'Readers of the path', ({ readers }) => readers)
  path(counter, 'received_bytes_total', 'Bytes published to the path since it exists', ({ bytesIn }) => bytesIn)
  path(counter, 'sent_bytes_total', 'Bytes sent to its readers', ({ bytesOut }) => bytesOut)
  path(counter, 'dropped_packets_total', 'Packets that slow readers missed', ({ dropped }) => dropped)
  path(counter, 'broken_frames_total', 'Broken frames that came in (MediaMTX counts them)', ({ errors }) => errors ?? 0)
  gauge('nightjar_rtsp_protocol_readers', 'Readers of the path by protocol (MediaMTX)', ['path', 'protocol'], () =>
    (gateway()?.facts().paths ?? []).flatMap(({ name, protocols = {} }) =>
      Object.entries(protocols).map(([protocol, readers]) => [readers, name, protocol] as const),
    ),
  )
  gauge('nightjar_gateway_up', 'Whether the RTSP server works', ['kind'], () => {
    const facts = gateway()?.facts()
    return facts ? [[Number(!facts.problem), facts.kind]] : []
  })

  gauge('nightjar_event_loop_delay_p99_seconds', '99th percentile since the last time', [], () => {
    // What is measured is from one tick of its timer to the next.
    const p99 = Math.max(0, delay.percentile(99) / 1e9 - LOOP_MS / 1000)
    delay.reset()
    return [[Number.isFinite(p99) ? p99 : 0]]
  })
  counter('process_cpu_seconds_total', 'CPU seconds of this process, without children', [], () => {
    const { user, system } = process.cpuUsage()
    return [[(user + system) / 1e6]]
  })
  gauge('process_resident_memory_bytes', 'Memory of this process', [], () => [[process.memoryUsage.rss()]])
  gauge('process_start_time_seconds', 'When it started', [], () => [[Math.round(Date.now() / 1000 - process.uptime())]])
  gauge('nodejs_heap_size_used_bytes', 'JavaScript heap', [], () => [[process.memoryUsage().heapUsed]])

  const events = new Counter({
    name: 'nightjar_events_total',
    help: 'Events by kind',
    labelNames: ['camera', 'type'],
    registers: [registry],
  })
  const watch = cameras.watch('http metrics', (fact) => {
    if (fact.type === 'event') events.inc({ camera: fact.camera, type: fact.event.type })
  })
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    [Symbol.dispose]: () => {
      watch[Symbol.dispose]()
      delay.disable()
    },
  }
}
