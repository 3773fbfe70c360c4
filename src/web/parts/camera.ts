// One camera: its picture, what is true of it now, the buttons, its settings, and what it kept.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { CameraState } from '../../camera/state.js'
import { api, type Me } from '../api.js'
import { controls } from '../style.js'
import { timeOf } from '../words.js'
import './items.js'
import './live.js'
import './settings.js'
import './trace.js'

class CameraView extends LitElement {
  static override properties = {
    camera: {},
    me: {},
    latest: {},
    annotated: { state: true },
    paused: { state: true },
    said: { state: true },
  }
  declare camera: CameraState
  declare me: Me
  declare latest: string
  declare annotated: boolean
  declare paused: boolean
  declare said: string

  static override styles = [
    controls,
    css`
      :host { display: grid; gap: 1rem; grid-template-columns: minmax(0, 2.2fr) minmax(17rem, 1fr); align-items: start; }
      @media (max-width: 900px) { :host { grid-template-columns: minmax(0, 1fr); } }
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
      <section class="card">
        <nj-live .camera=${id} ?annotated=${this.annotated} ?paused=${this.paused}></nj-live>
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

  #toggle(what: 'annotated' | 'paused'): void {
    this[what] = !this[what]
  }
}

const describe = ({ media: { video, audio } }: CameraState): string =>
  video ? `${video.width}×${video.height} ${video.codec.toUpperCase()}${audio ? ' + sound' : ''}` : ''

customElements.define('nj-camera', CameraView)
