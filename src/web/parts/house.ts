// What concerns the whole house, for admins: what the doctor sees, and what can be done to it, each pressed twice.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { FindingsAnswer, HouseAnswer } from '../../adapters/http/api.js'
import { api } from '../api.js'
import { controls } from '../style.js'
import { dayOf, timeOf } from '../words.js'

type Action = HouseAnswer['actions'][number]['action']

const WORDS: Readonly<Record<Action, string>> = {
  delete_all: 'Delete all recordings',
  exit: 'End Nightjar',
  reboot: 'Restart the machine',
  shutdown: 'Switch the machine off',
}
const SIGNS = { ok: '✓', warn: '!', bad: '✗' } as const

class HouseView extends LitElement {
  static override properties = {
    house: { state: true },
    findings: { state: true },
    looking: { state: true },
    waiting: { state: true },
    said: { state: true },
  }
  declare house: HouseAnswer | null
  declare findings: FindingsAnswer | null
  declare looking: boolean
  /** Pressed once, and what confirms it. */
  declare waiting: { readonly action: Action; readonly confirm: string } | null
  declare said: string

  static override styles = [
    controls,
    css`
      section { padding: 1rem; margin-top: 1rem; display: grid; gap: 0.75rem; }
      p { margin: 0; }
      ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.4rem; }
      li { display: grid; grid-template-columns: 1.5rem 1fr; }
      li.warn .sign { color: var(--accent); font-weight: 700; }
      li.bad .sign, li.bad .what { color: var(--bad); }
      li.ok .sign { color: var(--good); }
      li .todo { grid-column: 2; }
    `,
  ]

  constructor() {
    super()
    this.house = null
    this.findings = null
    this.looking = false
    this.waiting = null
    this.said = ''
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#try(async () => {
      this.house = await api.house()
    })
  }

  async #try(work: () => Promise<void>): Promise<void> {
    this.said = ''
    try {
      await work()
    } catch (error) {
      this.said = error instanceof Error ? error.message : String(error)
    }
  }

  async #look(): Promise<void> {
    this.looking = true
    await this.#try(async () => {
      this.findings = await api.doctor()
    })
    this.looking = false
  }

  #press(action: Action): void {
    const confirm = this.waiting?.action === action ? this.waiting.confirm : undefined
    this.waiting = null
    void this.#try(async () => {
      const answer = await api.system(action, confirm)
      const { confirm: token, within_s = 0 } = answer
      if (answer.done || token === undefined) {
        this.said = answer.sentence
        return
      }
      this.waiting = { action, confirm: token }
      setTimeout(() => {
        if (this.waiting?.confirm === token) this.waiting = null
      }, within_s * 1000)
    })
  }

  override render(): TemplateResult | typeof nothing {
    if (!this.house) return nothing
    const { version, started, actions } = this.house
    return html`<section class="card" aria-label="House">
      <div class="row spread">
        <h2>House</h2>
        <span class="soft">Nightjar ${version}, running since ${dayOf(started)} ${timeOf(started)}</span>
      </div>
      <div class="row">
        <button ?disabled=${this.looking} @click=${() => void this.#look()}>${this.looking ? 'Looking …' : 'What is missing here?'}</button>
        <button
          title="Writes the present settings into nightjar.yaml"
          @click=${() =>
            void this.#try(async () => {
              this.said = (await api.storeConfig()).sentence
            })}
        >Write settings to the file</button>
        <a class="button" href=${api.configAddress()} target="_blank" rel="noopener">Show the configuration</a>
      </div>
      ${this.findings ? html`<ul aria-label="Findings">${this.findings.map(finding)}</ul>` : nothing}
      <div class="row">
        ${actions.map(
          ({ action, refusal }) => html`<button
            class="danger"
            title=${refusal ?? ''}
            ?disabled=${refusal !== null}
            @click=${() => this.#press(action)}
          >${this.waiting?.action === action ? `Press again: ${WORDS[action].toLowerCase()}` : WORDS[action]}</button>`,
        )}
      </div>
      ${this.said ? html`<p class="soft" role="status">${this.said}</p>` : nothing}
    </section>`
  }
}

const finding = ({ status, what, todo }: FindingsAnswer[number]): TemplateResult => html`<li class=${status}>
  <span class="sign" aria-label=${status}>${SIGNS[status]}</span><span class="what">${what}</span>
  ${todo ? html`<span class="todo soft">${todo}</span>` : nothing}
</li>`

customElements.define('nj-house', HouseView)
