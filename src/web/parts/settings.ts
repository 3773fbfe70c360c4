// The settings that people change while they watch.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { NightMode, SettingsChange } from '../../camera/settings.js'
import type { CameraState } from '../../camera/state.js'
import { api } from '../api.js'
import { controls } from '../style.js'

class Settings extends LitElement {
  static override properties = { camera: {}, disabled: { type: Boolean }, problem: { state: true } }
  declare camera: CameraState
  declare disabled: boolean
  declare problem: string

  static override styles = [
    controls,
    css`
      :host { padding: 1rem; }
      fieldset { border: 0; margin: 0.75rem 0 0; padding: 0; display: grid; gap: 0.75rem; }
      label { display: flex; justify-content: space-between; align-items: center; gap: 0.75rem; }
      input[type='number'] { width: 5.5rem; }
      input[type='checkbox'] { width: 1.25rem; min-height: 1.25rem; accent-color: var(--accent); }
    `,
  ]

  constructor() {
    super()
    this.problem = ''
    this.disabled = false
  }

  async #change(change: SettingsChange): Promise<void> {
    this.problem = ''
    try {
      await api.change(this.camera.id, change)
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error)
      this.requestUpdate()
    }
  }

  override render(): TemplateResult {
    const { detection, motion, night, recording } = this.camera.settings
    const number = (
      words: string,
      value: number,
      min: number,
      max: number,
      change: (value: number) => SettingsChange,
    ) =>
      html`<label>${words}
        <input type="number" min=${min} max=${max} .value=${String(value)}
          @change=${(event: Event) => void this.#change(change(Number((event.target as HTMLInputElement).value)))} /></label>`
    const check = (words: string, value: boolean, change: (value: boolean) => SettingsChange) =>
      html`<label>${words}
        <input type="checkbox" .checked=${value}
          @change=${(event: Event) => void this.#change(change((event.target as HTMLInputElement).checked))} /></label>`
    return html`<h2>Settings</h2>
      <fieldset ?disabled=${this.disabled}>
        ${check('Look for motion', motion.enabled, (enabled) => ({ motion: { enabled } }))}
        ${check('Look for people and things', detection.enabled, (enabled) => ({ detection: { enabled } }))}
        ${check('Record on motion', recording.on.includes('motion'), (on) => ({ recording: { on: on ? ['motion'] : [] } }))}
        ${number('Trigger level', motion.trigger_level, 1, 100, (trigger_level) => ({ motion: { trigger_level } }))}
        ${number('Looks in a row', motion.frames, 1, 50, (frames) => ({ motion: { frames } }))}
        ${number('Seconds before', recording.before_s, 0, 120, (before_s) => ({ recording: { before_s } }))}
        ${number('Seconds after', recording.after_s, 0, 600, (after_s) => ({ recording: { after_s } }))}
        <label>Night mode
          <select .value=${night.mode} @change=${(event: Event) => void this.#change({ night: { mode: (event.target as HTMLSelectElement).value as NightMode } })}>
            ${(['auto', 'day', 'night'] as const).map((mode) => html`<option value=${mode} ?selected=${mode === night.mode}>${mode}</option>`)}
          </select></label>
      </fieldset>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}`
  }
}

customElements.define('nj-settings', Settings)
