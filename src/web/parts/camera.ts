// One camera: its picture, what is true of it now, the buttons, its settings, and what it kept.
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import type { CameraState } from '../../camera/state.js'
import type { Zone } from '../../camera/zones.js'
import { api, type Me } from '../api.js'
import { controls } from '../style.js'
import { timeOf } from '../words.js'
import './items.js'
import './live.js'
import './settings.js'
import './trace.js'
import type { ZoneShape } from './zone-editor.js'
import './zone-editor.js'
import type { ZoneEditing } from './zones.js'
import './zones.js'

class CameraView extends LitElement {
  static override properties = {
    camera: {},
    me: {},
    latest: {},
    annotated: { state: true },
    paused: { state: true },
    said: { state: true },
    zoning: { state: true },
    zoneProblem: { state: true },
  }
  declare camera: CameraState
  declare me: Me
  declare latest: string
  declare annotated: boolean
  declare paused: boolean
  declare said: string
  declare zoning: ZoneEditing | null
  declare zoneProblem: string

  static override styles = [
    controls,
    css`
      :host { display: grid; gap: 1rem; grid-template-columns: minmax(0, 2.2fr) minmax(17rem, 1fr); align-items: start; }
      @media (max-width: 900px) { :host { grid-template-columns: minmax(0, 1fr); } }
      .stage { position: relative; }
      .stopped { aspect-ratio: 16 / 9; display: grid; place-items: center; background: #000; color: #cfd3ea; border-radius: var(--radius) var(--radius) 0 0; }
      .bar { padding: 0.75rem; }
      .side { display: grid; gap: 1rem; }
      .states { padding: 1rem; display: grid; gap: 0.65rem; }
      .state { display: flex; justify-content: space-between; gap: 1rem; }
      .dot { width: 0.65rem; height: 0.65rem; border-radius: 50%; background: var(--soft); display: inline-block; margin-right: 0.4rem; }
      .dot.good { background: var(--good); }
      .dot.bad { background: var(--bad); }
      .dot.on { background: var(--accent); }
      meter { width: 7rem; }
      .rec { color: var(--bad); font-weight: 600; }
      .wide { grid-column: 1 / -1; }
    `,
  ]

  constructor() {
    super()
    this.annotated = false
    this.paused = false
    this.said = ''
    this.zoning = null
    this.zoneProblem = ''
  }

  override willUpdate(changed: PropertyValues<this>): void {
    // Another camera has other zones.
    if (changed.has('camera') && changed.get('camera')?.id !== this.camera.id && this.zoning)
      this.#zone({ selected: null, tool: null })
  }

  async #do(work: () => Promise<unknown>, done: string): Promise<void> {
    try {
      await work()
      this.said = done
    } catch (error) {
      this.said = error instanceof Error ? error.message : String(error)
    }
  }

  override render(): TemplateResult {
    const { camera } = this
    const { id, recording, link } = camera
    const may = this.me.role !== 'viewer'
    return html`
      <div class="side">
      <section class="card">
        <div class="stage">
          ${
            link.status === 'stopped'
              ? html`<div class="stopped">The camera is stopped</div>`
              : html`<nj-live .camera=${id} ?annotated=${this.annotated} ?paused=${this.paused}></nj-live>`
          }
          ${this.zoning ? this.#editor(this.zoning) : nothing}
        </div>
        <div class="bar row spread">
          <div class="row">
            <button class="first" ?disabled=${!may} @click=${() => void this.#do(() => api.snapshot(id, 'jpg'), 'Snapshot taken')}>Snapshot</button>
            <button
              class=${recording.active ? 'danger' : ''}
              ?disabled=${!may}
              aria-pressed=${recording.active}
              @click=${() => void this.#do(() => api.record(id, recording.active ? 'stop' : 'start'), recording.active ? 'Recording ends' : 'Recording')}
            >${recording.active ? '■ Stop recording' : '● Record'}</button>
          </div>
          <div class="row">
            <button
              ?disabled=${!may}
              @click=${() => void this.#do(() => api.change(id, { capture: { enabled: !camera.settings.capture.enabled } }), camera.settings.capture.enabled ? 'The camera is stopped: nothing runs for it' : 'The camera starts')}
            >${camera.settings.capture.enabled ? 'Stop' : 'Start'}</button>
            <button
              ?disabled=${!may}
              aria-pressed=${camera.settings.privacy.enabled}
              @click=${() => void this.#do(() => api.change(id, { privacy: { enabled: !camera.settings.privacy.enabled } }), camera.settings.privacy.enabled ? 'The camera is on again' : 'Private: nothing is seen or kept')}
            >Privacy</button>
            <button aria-pressed=${this.annotated} @click=${() => this.#toggle('annotated')}>Marks</button>
            <button aria-pressed=${this.paused} @click=${() => this.#toggle('paused')}>${this.paused ? 'Play' : 'Pause'}</button>
            <button @click=${() => void this.renderRoot.querySelector('nj-live')?.requestFullscreen()}>Full screen</button>
          </div>
        </div>
        <div class="bar soft" role="status">${this.said || this.latest}</div>
      </section>
        <nj-zones
          class="card"
          .camera=${camera}
          .editing=${this.zoning}
          .problem=${this.zoneProblem}
          ?disabled=${!may}
          @edit=${({ detail }: CustomEvent<ZoneEditing | null>) => this.#zone(detail)}
        ></nj-zones>
      </div>
      <aside class="side">
        <section class="card states" aria-label="State">
          <div class="row spread"><h2>${camera.name}</h2>${recording.active ? html`<span class="rec">● REC</span>` : nothing}</div>
          <div class="state">
            <span><span class="dot ${link.status === 'online' ? 'good' : link.status === 'offline' ? 'bad' : ''}"></span>${link.status}</span>
            <span class="soft">${describe(camera)}</span>
          </div>
          ${link.problem ? html`<div class="problem" role="alert">${link.problem}</div>` : nothing}
          <div class="state">
            <span><span class="dot ${camera.motion.active ? 'on' : ''}"></span>${camera.motion.active ? 'Motion' : 'No motion'}</span>
            <meter min="0" max="100" low=${camera.settings.motion.trigger_level} .value=${camera.motion.level} title="Motion level ${camera.motion.level}"></meter>
          </div>
          <div class="state">
            <span>${camera.light.mode === 'night' ? '☾ Night' : '☀ Day'}${camera.light.cause === 'override' ? ' (set)' : ''}</span>
            <span class="soft">darkness ${camera.light.dark ?? '–'}</span>
          </div>
          ${detection(camera)}
          <div class="state">
            <span>Last motion</span>
            <span class="soft">${camera.last.motion === null ? 'none yet' : timeOf(camera.last.motion)}</span>
          </div>
        </section>
        <nj-settings class="card" .camera=${camera} ?disabled=${!may}></nj-settings>
        <nj-trace class="card" .camera=${id}></nj-trace>
      </aside>
      <nj-items class="wide" .camera=${id} .changed=${`${camera.last.recording} ${camera.last.snapshot} ${recording.active}`} ?disabled=${!may}></nj-items>
    `
  }

  #zone(editing: ZoneEditing | null): void {
    this.zoneProblem = ''
    this.zoning = editing
    if (editing?.tool) this.renderRoot.querySelector('.stage')?.scrollIntoView({ block: 'nearest', behavior: 'smooth' })
  }

  #editor({ selected, tool }: ZoneEditing): TemplateResult {
    const { id, settings, media } = this.camera
    const ratio = media.video ? media.video.width / media.video.height : 16 / 9
    const save = async (work: () => Promise<{ readonly id: string }>): Promise<void> => {
      try {
        this.#zone({ selected: (await work()).id, tool: null })
      } catch (error) {
        this.zoneProblem = error instanceof Error ? error.message : String(error)
      }
    }
    return html`<nj-zone-editor
      .zones=${settings.zones}
      .selected=${selected}
      .tool=${tool}
      .ratio=${ratio}
      @select=${({ detail }: CustomEvent<string>) => this.#zone({ selected: detail, tool: null })}
      @cancel=${() => this.#zone({ selected: null, tool: null })}
      @drawn=${({ detail }: CustomEvent<ZoneShape>) => void save(() => api.addZone(id, { ...freeName(settings.zones), ...detail }))}
      @moved=${({ detail }: CustomEvent<ZoneShape>) => selected && void save(() => api.changeZone(id, selected, detail))}
    ></nj-zone-editor>`
  }

  #toggle(what: 'annotated' | 'paused'): void {
    this[what] = !this[what]
  }
}

/** "Zone 3" where there are none of that name or id. */
const freeName = (zones: readonly Zone[]): { name: string; id: string } => {
  for (let number = 1; ; number++) {
    const free = { name: `Zone ${number}`, id: `zone_${number}` }
    if (!zones.some(({ id, name }) => id === free.id || name === free.name)) return free
  }
}

/** What is there now, and which detectors look (their reason on the mouse). */
const detection = ({ settings, objects: { counts, detector } }: CameraState): TemplateResult | typeof nothing => {
  if (!settings.detection.enabled) return nothing
  const there = Object.entries(counts).filter(([, count]) => count > 0)
  return html`<div class="state" title=${detector?.why ?? ''}>
    <span>${there.length === 0 ? 'Nobody there' : there.map(([label, count]) => `${count} × ${label}`).join(', ')}</span>
    <span class="soft">${detector ? `by ${detector.names.join(', ')}` : 'detection is starting'}</span>
  </div>`
}

const describe = ({ media: { video, audio } }: CameraState): string =>
  video ? `${video.width}×${video.height} ${video.codec.toUpperCase()}${audio ? ' + sound' : ''}` : ''

customElements.define('nj-camera', CameraView)
