// The living picture: H.264 by WebSocket, or MJPEG where the browser can't play that (or boxes are wanted).
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { api } from '../api.js'
import { playMjpeg } from '../mjpeg.js'
import { type Player, playLive } from '../player.js'
import { controls } from '../style.js'

class Live extends LitElement {
  static override properties = {
    camera: {},
    annotated: { type: Boolean },
    paused: { type: Boolean },
    unplayable: { state: true },
    playing: { state: true },
  }
  declare camera: string
  declare annotated: boolean
  declare paused: boolean
  declare unplayable: string
  declare playing: boolean
  #player: Player | undefined
  #running: string | undefined

  static override styles = [
    controls,
    css`
      :host { position: relative; background: #000; border-radius: var(--radius) var(--radius) 0 0; overflow: hidden; aspect-ratio: 16 / 9; }
      video, img { width: 100%; height: 100%; object-fit: contain; display: block; }
      .note { position: absolute; inset: 0; display: grid; place-items: center; color: #cfd3ea; pointer-events: none; }
      .hint { position: absolute; left: 0; right: 0; bottom: 0; padding: 0.4rem 0.75rem; background: #000a; color: #cfd3ea; font-size: 0.85rem; }
    `,
  ]

  constructor() {
    super()
    this.camera = ''
    this.annotated = false
    this.paused = false
    this.unplayable = ''
    this.playing = false
  }

  readonly #onVisible = (): void => this.requestUpdate()

  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('visibilitychange', this.#onVisible)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('visibilitychange', this.#onVisible)
    this.#stop()
  }

  get #byJpeg(): boolean {
    return this.annotated || this.unplayable !== ''
  }

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has('camera')) return
    this.unplayable = ''
    this.playing = false
  }

  override updated(): void {
    const video = this.renderRoot.querySelector('video')
    const image = this.renderRoot.querySelector('img')
    // Nobody looks: no video is sent.
    const wanted =
      (video || image) && !this.paused && !document.hidden
        ? `${image ? 'img' : 'video'} ${this.annotated} ${this.camera}`
        : undefined
    if (wanted === this.#running) return
    this.#stop()
    if (!wanted) return
    this.#running = wanted
    if (image) this.#player = playMjpeg(image, api.mjpegOf(this.camera, this.annotated))
    if (!video) return
    this.#player = playLive(video, this.camera, {
      onPlaying: () => {
        this.playing = true
      },
      onLost: () => {
        this.playing = false
      },
      onUnplayable: (mime) => {
        this.unplayable = mime
      },
    })
  }

  #stop(): void {
    this.#player?.close()
    this.#player = undefined
    this.#running = undefined
    this.playing = false
  }

  override render(): TemplateResult {
    if (this.paused) return html`<div class="note">Paused</div>`
    if (this.#byJpeg) {
      return html`<img alt="Live picture" />
        ${this.unplayable ? html`<div class="hint">This browser can't play ${this.unplayable}: showing MJPEG.</div>` : nothing}`
    }
    return html`<video muted autoplay playsinline aria-label="Live picture"></video>
      ${this.playing ? nothing : html`<div class="note">Waiting for the picture …</div>`}`
  }
}

customElements.define('nj-live', Live)
