// Name and password; tells `signed-in`.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { api } from '../api.js'
import { controls } from '../style.js'

class SignIn extends LitElement {
  static override properties = { problem: { state: true }, busy: { state: true } }
  declare problem: string
  declare busy: boolean

  static override styles = [
    controls,
    css`
      form { max-width: 22rem; margin: 12vh auto 0; padding: 2rem; display: grid; gap: 1rem; }
      img { width: 4rem; height: 4rem; }
      label { display: grid; gap: 0.35rem; font-size: 0.9rem; }
      input { background: var(--ground); }
      p { margin: 0; }
    `,
  ]

  constructor() {
    super()
    this.problem = ''
    this.busy = false
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    this.busy = true
    try {
      await api.signIn(String(form.get('name')), String(form.get('password')))
      this.dispatchEvent(new CustomEvent('signed-in'))
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error)
    }
    this.busy = false
  }

  override render(): TemplateResult {
    return html`<form class="card" @submit=${(event: SubmitEvent) => void this.#submit(event)}>
      <img src="./icon.svg" alt="Nightjar" />
      <label>Name <input name="name" autocomplete="username" required autofocus /></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      <button class="first" ?disabled=${this.busy}>Sign in</button>
      <p class="soft">The first password was shown once in Nightjar's log. Lost it? <code>nightjar users passwd admin</code></p>
    </form>`
  }
}

customElements.define('nj-sign-in', SignIn)
