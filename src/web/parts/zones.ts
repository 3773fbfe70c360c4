// The zones of a camera: the list, what each is, and what the annotated picture shows. Drawing is zone-editor's: what
// is being drawn or selected is the camera view's, which tells both.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { CameraSettings } from '../../camera/settings.js'
import type { CameraState } from '../../camera/state.js'
import type { Zone, ZoneUse } from '../../camera/zones.js'
import { api, insideHomeAssistant } from '../api.js'
import { isSecondPress, problemOf } from '../asking.js'
import { controls } from '../style.js'
import type { ZoneTool } from './zone-editor.js'

/** What is being worked on; null while the card is closed. */
export interface ZoneEditing {
  readonly selected: string | null
  readonly tool: ZoneTool
}

const USES: Readonly<Record<ZoneUse, string>> = {
  motion: 'Motion here is told by its name',
  objects: 'What stands here is told by its name',
  ignore: 'Nothing that moves here counts',
  privacy: 'Black for everybody, everywhere',
}
const SHOWN: Readonly<Record<keyof CameraSettings['overlay'], string>> = {
  boxes: 'Boxes',
  zones: 'Zones',
  level: 'Motion level',
  name: 'Name',
  time: 'Time',
  marks: 'REC, motion, night',
}

class Zones extends LitElement {
  static override properties = {
    camera: {},
    disabled: { type: Boolean },
    editing: {},
    problem: {},
    sure: { state: true },
  }
  declare camera: CameraState
  declare disabled: boolean
  declare editing: ZoneEditing | null
  declare problem: string
  declare sure: string

  static override styles = [
    controls,
    css`
      :host { padding: 1rem; }
      summary { cursor: pointer; font-weight: 600; }
      ul { list-style: none; margin: 0.75rem 0; padding: 0; display: grid; gap: 0.4rem; }
      li { border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
      li.selected { border-color: var(--zone); }
      .head { width: 100%; border: 0; border-radius: 0; text-align: left; }
      .head b { font-weight: 500; flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .dot { width: 0.9rem; height: 0.9rem; border-radius: 4px; background: var(--zone); flex: none; }
      .off { opacity: 0.5; }
      fieldset { border: 0; margin: 0; padding: 0.25rem 0.85rem 0.85rem; display: grid; gap: 0.6rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); }
      .whole { grid-column: 1 / -1; }
      label { display: flex; justify-content: space-between; align-items: center; gap: 0.75rem; min-width: 0; }
      label input:not([type='checkbox']):not([type='color']), select { min-width: 0; width: 62%; }
      input[type='color'] { padding: 0.2rem; width: 3.5rem; }
      input[type='checkbox'] { width: 1.25rem; min-height: 1.25rem; accent-color: var(--accent); flex: none; }
      input[type='range'] { accent-color: var(--accent); padding: 0; border: 0; }
      .hint { font-size: 0.85rem; margin: 0; }
      .shown { padding: 0.5rem 0 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 0.5rem 1.5rem; font-size: 0.95rem; }
      h3 { font-size: 0.95rem; font-weight: 600; margin: 1rem 0 0; }
      p { margin: 0.75rem 0 0; }
    `,
  ]

  constructor() {
    super()
    this.disabled = false
    this.editing = null
    this.problem = ''
    this.sure = ''
  }

  #edit(editing: ZoneEditing | null): void {
    this.dispatchEvent(new CustomEvent('edit', { detail: editing }))
  }

  async #try(work: () => Promise<unknown>): Promise<void> {
    this.problem = await problemOf(work)
    // What was typed and refused gives way to what is.
    if (this.problem) this.requestUpdate()
  }

  #change(zone: Zone, change: Partial<Zone>): void {
    void this.#try(() => api.changeZone(this.camera.id, zone.id, change))
  }

  #remove({ id }: Zone): void {
    if (!isSecondPress(this, id)) return
    void this.#try(async () => {
      await api.removeZone(this.camera.id, id)
      this.#edit({ selected: null, tool: null })
    })
  }

  override render(): TemplateResult {
    const { zones, overlay } = this.camera.settings
    const tool = (words: string, which: ZoneTool) =>
      html`<button ?disabled=${this.disabled} aria-pressed=${this.editing?.tool === which}
        @click=${() => this.#edit({ selected: null, tool: this.editing?.tool === which ? null : which })}>${words}</button>`
    return html`<details
      @toggle=${({ target }: Event) => this.#edit((target as HTMLDetailsElement).open ? { selected: null, tool: null } : null)}
    >
      <summary>Zones ${zones.length > 0 ? html`<span class="soft">(${zones.length})</span>` : nothing}</summary>
      ${
        zones.length > 0
          ? html`<ul>${zones.map((zone) => this.#item(zone))}</ul>`
          : html`<p class="soft">Parts of the picture that matter, or don't. Draw one over the picture.</p>`
      }
      <div class="row" style="margin-top: 0.75rem">${tool('▭ Rectangle', 'rectangle')}${tool('⬠ Polygon', 'polygon')}</div>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      <h3>Shown with Marks</h3>
      <fieldset class="shown" ?disabled=${this.disabled}>
        ${Object.entries(SHOWN).map(
          ([key, words]) => html`<label>${words}
            <input type="checkbox" name="show-${key}" .checked=${overlay[key as keyof typeof overlay]}
              @change=${({ target }: Event) => void this.#try(() => api.change(this.camera.id, { overlay: { [key]: (target as HTMLInputElement).checked } }))} /></label>`,
        )}
      </fieldset>
    </details>`
  }

  #item(zone: Zone): TemplateResult {
    const selected = zone.id === this.editing?.selected
    return html`<li class=${selected ? 'selected' : ''} style="--zone: ${zone.color}">
      <button class="head" aria-expanded=${selected}
        @click=${() => this.#edit({ selected: selected ? null : zone.id, tool: null })}>
        <span class="dot"></span><b class=${zone.enabled ? '' : 'off'}>${zone.name}</b>
        <span class="soft">${zone.enabled ? zone.use : 'off'}</span>
      </button>
      ${selected ? this.#form(zone) : nothing}
    </li>`
  }

  #form(zone: Zone): TemplateResult {
    const value = ({ target }: Event): string => (target as HTMLInputElement).value
    return html`<fieldset ?disabled=${this.disabled}>
      <label>Name
        <input name="name" maxlength="60" .value=${zone.name} @change=${(event: Event) => this.#change(zone, { name: value(event) })} /></label>
      <label>Use
        <select name="use" @change=${(event: Event) => this.#change(zone, { use: value(event) as ZoneUse })}>
          ${Object.keys(USES).map((use) => html`<option value=${use} ?selected=${use === zone.use}>${use}</option>`)}
        </select></label>
      <p class="hint soft whole">${USES[zone.use]}</p>
      ${
        zone.use === 'motion'
          ? html`<label>Sensitivity ×${zone.sensitivity}
              <input name="sensitivity" type="range" min="0.1" max="4" step="0.1" .value=${String(zone.sensitivity)}
                @change=${(event: Event) => this.#change(zone, { sensitivity: Number(value(event)) })} /></label>`
          : nothing
      }
      <label>Colour
        <input name="color" type="color" .value=${zone.color} @change=${(event: Event) => this.#change(zone, { color: value(event) })} /></label>
      <label>In use
        <input name="enabled" type="checkbox" .checked=${zone.enabled}
          @change=${({ target }: Event) => this.#change(zone, { enabled: (target as HTMLInputElement).checked })} /></label>
      <div class="row spread whole">
        ${
          insideHomeAssistant
            ? nothing
            : html`<a class="button" target="_blank" rel="noopener" href=${api.zoneView(this.camera.id, zone.id)}>Only this zone</a>`
        }
        <button class="danger" @click=${() => this.#remove(zone)}>${this.sure === zone.id ? 'Press again to delete' : 'Delete'}</button>
      </div>
    </fieldset>`
  }
}

customElements.define('nj-zones', Zones)
