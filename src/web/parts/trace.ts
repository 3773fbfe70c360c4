// Why and why not: what the camera decided lately.
import { css, html, LitElement, type TemplateResult } from 'lit'
import type { TraceEntry } from '../../camera/events.js'
import { api } from '../api.js'
import { controls } from '../style.js'
import { timeOf } from '../words.js'

const SHOWN = 40
const REFRESH_MS = 3000

class Trace extends LitElement {
  static override properties = { camera: {}, entries: { state: true } }
  declare camera: string
  declare entries: readonly TraceEntry[]
  #timer: ReturnType<typeof setInterval> | undefined

  static override styles = [
    controls,
    css`
      :host { padding: 1rem; }
      summary { cursor: pointer; font-weight: 600; }
      ol { list-style: none; padding: 0; margin: 0.75rem 0 0; display: grid; gap: 0.5rem; max-height: 18rem; overflow-y: auto; font-size: 0.85rem; }
      .suppressed { opacity: 0.7; }
    `,
  ]

  constructor() {
    super()
    this.entries = []
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#timer)
  }

  readonly #refresh = async (): Promise<void> => {
    this.entries = await api.trace(this.camera).catch(() => this.entries)
  }

  #toggle(open: boolean): void {
    clearInterval(this.#timer)
    if (!open) return
    void this.#refresh()
    this.#timer = setInterval(() => void this.#refresh(), REFRESH_MS)
  }

  override render(): TemplateResult {
    const newest = this.entries.slice(-SHOWN).reverse()
    return html`<details @toggle=${(event: Event) => this.#toggle((event.target as HTMLDetailsElement).open)}>
      <summary>Why?</summary>
      <ol>
        ${newest.map(
          ({ at, what, decision, reason }) =>
            html`<li class=${decision}><span class="soft">${timeOf(at)}</span> ${decision === 'suppressed' ? `no ${what}` : what}: ${reason}</li>`,
        )}
      </ol>
    </details>`
  }
}

customElements.define('nj-trace', Trace)
