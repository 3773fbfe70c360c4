// The settings that people change while they watch; those that are seldom touched are folded away.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { ImageControl, NightMode, RecordForm, RecordTrigger, SettingsChange } from '../../camera/settings.js'
import type { CameraState } from '../../camera/state.js'
import { api } from '../api.js'
import { controls } from '../style.js'

const NIGHT_MODES: readonly NightMode[] = ['auto', 'day', 'night']
const FORMS: readonly RecordForm[] = ['video', 'pictures', 'both']
const IMAGE: Readonly<Record<ImageControl, string>> = {
  brightness: 'Brightness',
  contrast: 'Contrast',
  saturation: 'Saturation',
  sharpness: 'Sharpness',
}

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
      input[type='range'] { width: 9rem; padding: 0; accent-color: var(--accent); }
      details { margin-top: 0.75rem; }
      summary { cursor: pointer; }
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

  #number(
    words: string,
    value: number,
    [min, max]: readonly [number, number],
    change: (value: number) => SettingsChange,
  ): TemplateResult {
    return html`<label>${words}
      <input type="number" min=${min} max=${max} .value=${String(value)} @change=${(event: Event) => void this.#change(change(numberIn(event)))} /></label>`
  }

  #check(words: string, value: boolean, change: (value: boolean) => SettingsChange): TemplateResult {
    return html`<label>${words}
      <input type="checkbox" .checked=${value}
        @change=${({ target }: Event) => void this.#change(change((target as HTMLInputElement).checked))} /></label>`
  }

  #choice<Word extends string>(
    words: string,
    value: Word,
    all: readonly Word[],
    change: (value: Word) => SettingsChange,
  ): TemplateResult {
    return html`<label>${words}
      <select @change=${({ target }: Event) => void this.#change(change((target as HTMLSelectElement).value as Word))}>
        ${all.map((one) => html`<option value=${one} .selected=${one === value}>${one}</option>`)}
      </select></label>`
  }

  override render(): TemplateResult {
    const { detection, motion, night, recording, save } = this.camera.settings
    const { controls: image } = this.camera
    const trigger = (which: RecordTrigger) => (on: boolean) => ({
      recording: { on: on ? [...recording.on, which] : recording.on.filter((one) => one !== which) },
    })
    return html`<h2>Settings</h2>
      <fieldset ?disabled=${this.disabled}>
        ${this.#check('Look for motion', motion.enabled, (enabled) => ({ motion: { enabled } }))}
        ${this.#check('Look for people and things', detection.enabled, (enabled) => ({ detection: { enabled } }))}
        ${this.#check('Record on motion', recording.on.includes('motion'), trigger('motion'))}
        ${this.#check('Record when something is seen', recording.on.includes('sighting'), trigger('sighting'))}
        ${this.#number('Trigger level', motion.trigger_level, [1, 100], (trigger_level) => ({ motion: { trigger_level } }))}
        ${this.#number('Looks in a row', motion.frames, [1, 50], (frames) => ({ motion: { frames } }))}
        ${this.#number('Seconds before', recording.before_s, [0, 120], (before_s) => ({ recording: { before_s } }))}
        ${this.#number('Seconds after', recording.after_s, [0, 600], (after_s) => ({ recording: { after_s } }))}
        ${this.#choice('Night mode', night.mode, NIGHT_MODES, (mode) => ({ night: { mode } }))}
      </fieldset>
      <details>
        <summary>Pictures</summary>
        <fieldset ?disabled=${this.disabled}>
          ${this.#choice('Keep motion as', recording.as, FORMS, (as) => ({ recording: { as } }))}
          ${this.#number('Save one every (seconds, 0: never)', save.every_s, [0, 86_400], (every_s) => ({ save: { every_s } }))}
          ${this.#number('Those at night: mean of (0: one)', save.stack_at_night, [0, 60], (stack_at_night) => ({ save: { stack_at_night } }))}
          ${this.#check('Snapshots at night with less noise', night.stack_snapshots, (stack_snapshots) => ({ night: { stack_snapshots } }))}
        </fieldset>
      </details>
      ${image.length === 0 ? nothing : this.#image(image)}
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}`
  }

  /** What the source can set. */
  #image(image: readonly ImageControl[]): TemplateResult {
    const { settings } = this.camera
    return html`<details>
      <summary>Image</summary>
      <fieldset ?disabled=${this.disabled}>
        ${image.map(
          (control) => html`<label>${IMAGE[control]}
            <input type="range" name=${control} min="-100" max="100" .value=${String(settings.image[control])}
              @change=${(event: Event) => void this.#change({ image: { [control]: numberIn(event) } })} /></label>`,
        )}
      </fieldset>
    </details>`
  }
}

const numberIn = ({ target }: Event): number => Number((target as HTMLInputElement).value)

customElements.define('nj-settings', Settings)
