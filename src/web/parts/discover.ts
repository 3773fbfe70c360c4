// The ONVIF cameras of the network, for admins: found by a press, each added with its user and password by another.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { DiscoverAnswer } from '../../adapters/http/api.js'
import { api } from '../api.js'
import { problemOf } from '../asking.js'
import { controls } from '../style.js'

type Found = DiscoverAnswer[number]

class Discover extends LitElement {
  static override properties = {
    found: { state: true },
    looking: { state: true },
    adding: { state: true },
    said: { state: true },
    yaml: { state: true },
  }
  declare found: DiscoverAnswer | null
  declare looking: boolean
  /** The address of the one that is being added. */
  declare adding: string
  declare said: string
  declare yaml: string

  static override styles = [
    controls,
    css`
      section { padding: 1rem; margin-top: 1rem; display: grid; gap: 0.75rem; }
      p { margin: 0; }
      form { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: end; }
      label { display: grid; gap: 0.2rem; font-size: 0.85rem; }
      input { font: inherit; padding: 0.35rem 0.5rem; }
      pre { margin: 0; overflow-x: auto; }
    `,
  ]

  constructor() {
    super()
    this.found = null
    this.looking = false
    this.adding = ''
    this.said = ''
    this.yaml = ''
  }

  async #look(): Promise<void> {
    this.looking = true
    this.said = await problemOf(async () => {
      this.found = await api.discover()
    })
    this.looking = false
  }

  async #add(event: SubmitEvent, { address }: Found): Promise<void> {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const values = new FormData(form)
    const text = (name: string): string => String(values.get(name) ?? '')
    const username = text('username')
    this.adding = address
    this.said = 'Asking the camera …'
    this.yaml = ''
    const problem = await problemOf(async () => {
      const login = username === '' ? {} : { username, ...(text('password') && { password: text('password') }) }
      const { sentence, yaml } = await api.addCamera({ name: text('name'), address, ...login })
      this.said = sentence
      this.yaml = yaml ?? ''
      if (yaml === null) this.found = await api.discover()
    })
    if (problem) this.said = problem
    this.adding = ''
  }

  override render(): TemplateResult {
    const { found, looking } = this
    return html`<section class="card" aria-label="Find cameras">
      <div class="row spread">
        <h2>Find cameras</h2>
        <button ?disabled=${looking} @click=${() => void this.#look()}>${looking ? 'Looking …' : 'Look on the network'}</button>
      </div>
      ${found?.length === 0 ? html`<p class="soft">No ONVIF camera answered.</p>` : nothing}
      ${found?.map((one) => this.#one(one))}
      ${this.said ? html`<p class="soft" role="status">${this.said}</p>` : nothing}
      ${this.yaml ? html`<pre>${this.yaml}</pre>` : nothing}
    </section>`
  }

  #one(one: Found): TemplateResult {
    const { name, model, address, camera } = one
    const what = html`<p>${name} <span class="soft">${[model, address].filter((word) => word && word !== name).join(', ')}</span></p>`
    if (camera !== null) return html`<div class="row spread">${what}<span class="soft">read as ${camera}</span></div>`
    return html`<div>
      ${what}
      <form @submit=${(event: SubmitEvent) => void this.#add(event, one)}>
        <label>Name <input name="name" required maxlength="60" .value=${name} /></label>
        <label>User <input name="username" maxlength="100" autocomplete="off" /></label>
        <label>Password <input name="password" type="password" maxlength="200" autocomplete="off" /></label>
        <button ?disabled=${this.adding === address}>Add</button>
      </form>
    </div>`
  }
}

customElements.define('nj-discover', Discover)
