// Who is told elsewhere, whether that works, and a button that tries it. Nothing where nothing is configured.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { NotifierAnswer } from '../../adapters/http/api.js'
import { api } from '../api.js'
import { problemOf } from '../asking.js'
import { controls } from '../style.js'
import { dayOf, timeOf } from '../words.js'

const LOOK_MS = 10_000

class Notify extends LitElement {
  static override properties = {
    may: { type: Boolean },
    notifiers: { state: true },
    said: { state: true },
    busy: { state: true },
  }
  /** Whether tests may be asked for. */
  declare may: boolean
  declare notifiers: readonly NotifierAnswer[]
  declare said: string
  declare busy: string
  #timer: ReturnType<typeof setInterval> | undefined

  static override styles = [
    controls,
    css`
      section { padding: 1rem; margin-top: 1rem; display: grid; gap: 0.75rem; }
      .dot { width: 0.65rem; height: 0.65rem; border-radius: 50%; background: var(--good); display: inline-block; margin-right: 0.4rem; }
      .dot.bad { background: var(--bad); }
      p { margin: 0; }
    `,
  ]

  constructor() {
    super()
    this.may = false
    this.notifiers = []
    this.said = ''
    this.busy = ''
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#load()
    this.#timer = setInterval(() => void this.#load(), LOOK_MS)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#timer)
  }

  async #load(): Promise<void> {
    // What is known stays when it can't be asked: the page itself says that Nightjar does not answer.
    this.notifiers = await api.notifiers().catch(() => this.notifiers)
  }

  async #test(name: string): Promise<void> {
    this.busy = name
    this.said = 'Sending …'
    const problem = await problemOf(async () => {
      this.said = (await api.testNotifier(name)).sentence
    })
    if (problem) this.said = problem
    this.busy = ''
    await this.#load()
  }

  override render(): TemplateResult | typeof nothing {
    if (this.notifiers.length === 0) return nothing
    return html`<section class="card" aria-label="Told elsewhere">
      <h2>Told elsewhere</h2>
      ${this.notifiers.map((one) => this.#one(one))}
      ${this.said ? html`<p class="soft" role="status">${this.said}</p>` : nothing}
    </section>`
  }

  #one({ name, kind, to, health, waiting, sent }: NotifierAnswer): TemplateResult {
    const last = sent === null ? 'nothing sent yet' : `last sent ${dayOf(sent)} ${timeOf(sent)}`
    return html`<div class="row spread">
      <div>
        <p><span class="dot ${health.problem ? 'bad' : ''}"></span>${name} <span class="soft">${kind} to ${to}</span></p>
        <p class="soft">${waiting > 0 ? `${waiting} waiting, ` : ''}${last}</p>
        ${health.problem ? html`<p class="problem" role="alert">${health.problem}</p>` : nothing}
      </div>
      <button ?disabled=${!this.may || this.busy === name} @click=${() => void this.#test(name)}>Send a test</button>
    </div>`
  }
}

customElements.define('nj-notify', Notify)
