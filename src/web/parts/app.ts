// The whole page: sign-in first, then one camera at a time.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { CameraState } from '../../camera/state.js'
import { ApiError, api, insideHomeAssistant, type Me } from '../api.js'
import { watchHouse } from '../house.js'
import { controls } from '../style.js'
import { eventWords, timeOf } from '../words.js'
import './camera.js'
import './discover.js'
import './house.js'
import './notify.js'
import './sign-in.js'

class App extends LitElement {
  static override properties = {
    me: { state: true },
    asked: { state: true },
    cameras: { state: true },
    shown: { state: true },
    connected: { state: true },
    latest: { state: true },
  }
  declare me: Me | null
  declare asked: boolean
  declare cameras: readonly CameraState[]
  declare shown: string | null
  declare connected: boolean
  declare latest: string
  #watch: { close(): void } | undefined

  static override styles = [
    controls,
    css`
      header { display: flex; align-items: center; gap: 0.75rem; padding: 0.75rem clamp(0.75rem, 3vw, 2rem); }
      header img { width: 2.25rem; height: 2.25rem; }
      h1 { font-size: 1.15rem; margin: 0; letter-spacing: 0.02em; }
      nav { display: flex; gap: 0.4rem; overflow-x: auto; flex: 1; padding: 0 0.5rem; }
      main { padding: 0 clamp(0.75rem, 3vw, 2rem) 3rem; max-width: 1400px; margin: 0 auto; }
      .lost { background: var(--bad); color: #fff; text-align: center; padding: 0.35rem; }
      .empty { padding: 3rem; text-align: center; }
      .name { max-width: 10rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      @media (max-width: 560px) { .name, .who { display: none; } }
    `,
  ]

  constructor() {
    super()
    this.me = null
    this.asked = false
    this.cameras = []
    this.shown = null
    this.connected = true
    this.latest = ''
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#enter()
  }

  async #enter(): Promise<void> {
    try {
      this.me = await api.me()
      this.#watch?.close()
      this.#watch = watchHouse({
        onCameras: (cameras) => {
          this.cameras = cameras
        },
        onEvent: ({ at, event }) => {
          this.latest = `${timeOf(at)} · ${eventWords(event)}`
        },
        onConnected: (connected) => {
          this.connected = connected
        },
      })
    } catch (error) {
      this.me = null
      this.connected = !(error instanceof ApiError && error.status === 0)
    }
    this.asked = true
  }

  async #leave(): Promise<void> {
    this.#watch?.close()
    await api.signOut().catch(() => {})
    this.me = null
    this.cameras = []
  }

  override render(): TemplateResult | typeof nothing {
    if (!this.asked) return nothing
    if (!this.me) return html`<nj-sign-in @signed-in=${() => void this.#enter()}></nj-sign-in>`
    const camera = this.cameras.find(({ id }) => id === this.shown) ?? this.cameras[0]
    return html`
      ${this.connected ? nothing : html`<div class="lost" role="alert">Nightjar does not answer. Trying again …</div>`}
      <header>
        <img src="./icon.svg" alt="" />
        <h1 class="name">Nightjar</h1>
        <nav aria-label="Cameras">
          ${this.cameras.map(
            ({ id, name }) => html`<button
              aria-pressed=${id === camera?.id}
              @click=${() => {
                this.shown = id
              }}
            >${name}</button>`,
          )}
        </nav>
        <span class="soft who">${this.me.name}</span>
        ${insideHomeAssistant ? nothing : html`<button @click=${() => void this.#leave()}>Sign out</button>`}
      </header>
      <main>
        ${
          camera
            ? html`<nj-camera .camera=${camera} .me=${this.me} .latest=${this.latest}></nj-camera>`
            : html`<p class="empty soft">No camera has said anything yet.</p>`
        }
        <nj-notify ?may=${this.me.role === 'admin'}></nj-notify>
        ${this.me.role === 'admin' ? html`<nj-house></nj-house><nj-discover></nj-discover>` : nothing}
      </main>
    `
  }
}

customElements.define('nj-app', App)
