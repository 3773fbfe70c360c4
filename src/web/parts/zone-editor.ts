// Draws zones over the picture: new ones by dragging a rectangle or clicking corners, corners and whole zones by
// dragging. Mouse, touch and keyboard. Saves nothing: tells `drawn`, `moved`, `select` and `cancel`.
import { css, html, LitElement, nothing, svg, type TemplateResult } from 'lit'
import type { Zone } from '../../camera/zones.js'
import { controls } from '../style.js'
import { type Corner, cornersBetween, isFar, moveAll, withCorner, withoutCorner } from './zone-shapes.js'

export type ZoneTool = 'rectangle' | 'polygon' | null
/** What `drawn` and `moved` carry. */
export interface ZoneShape {
  readonly points: readonly Corner[]
}

/** Corners this near on the screen are the same, in pixels. */
const SNAP = 14
const STEP = 0.5
const STEPS: Readonly<Record<string, Corner>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
}

class ZoneEditor extends LitElement {
  static override properties = {
    zones: {},
    selected: {},
    tool: {},
    ratio: { type: Number },
    draft: { state: true },
    pointer: { state: true },
  }
  declare zones: readonly Zone[]
  declare selected: string | null
  declare tool: ZoneTool
  /** Width by height of the picture. */
  declare ratio: number
  /** Corners on their way: of a new zone, or of the selected one while it is dragged. */
  declare draft: readonly Corner[] | null
  declare pointer: Corner | null
  #grabbed: { readonly corner: number | null; last: Corner } | null = null

  static override styles = [
    controls,
    css`
      :host { position: absolute; inset: 0; display: grid; place-items: center; overflow: hidden; }
      .stage { position: relative; touch-action: none; user-select: none; }
      .stage.wide { width: 100%; }
      .stage.high { height: 100%; }
      .stage.drawing { cursor: crosshair; }
      svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
      polygon, polyline { vector-effect: non-scaling-stroke; stroke-width: 2; stroke-linejoin: round; fill-opacity: 0.14; }
      polygon { cursor: pointer; }
      polygon.off { stroke-dasharray: 6 5; fill-opacity: 0.05; }
      polygon.selected { stroke-width: 3; fill-opacity: 0.26; cursor: move; }
      .drawing polygon { pointer-events: none; }
      polyline { fill: none; pointer-events: none; }
      .corner, .between { position: absolute; width: 2.5rem; height: 2.5rem; min-height: 0; margin: -1.25rem; padding: 0; border: 0; display: grid; place-items: center; touch-action: none; cursor: grab; background: none; }
      .corner::after { content: ''; width: 0.9rem; height: 0.9rem; border-radius: 50%; background: #fff; border: 3px solid var(--zone); box-shadow: 0 0 0 1.5px #000a; }
      .between::after { content: ''; width: 0.6rem; height: 0.6rem; border-radius: 50%; background: var(--zone); opacity: 0.85; box-shadow: 0 0 0 1.5px #000a; }
      .between:hover::after { transform: scale(1.5); }
      .bar { position: absolute; left: 0; right: 0; top: 0; display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; justify-content: center; padding: 0.5rem; pointer-events: none; color: #fff; font-size: 0.9rem; }
      .bar span, .bar button { background: #000b; border-radius: 10px; padding: 0.4rem 0.75rem; }
      .bar button { border-color: #fff6; min-height: 0; pointer-events: auto; }
    `,
  ]

  constructor() {
    super()
    this.zones = []
    this.selected = null
    this.tool = null
    this.ratio = 16 / 9
    this.draft = null
    this.pointer = null
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') this.#cancel()
    if (event.key === 'Enter' && this.tool === 'polygon') this.#close()
  }

  override connectedCallback(): void {
    super.connectedCallback()
    window.addEventListener('keydown', this.#onKey)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.removeEventListener('keydown', this.#onKey)
  }

  override willUpdate(changed: Map<string, unknown>): void {
    // What was saved is shown as it came back.
    if (changed.has('tool') || changed.has('selected') || (changed.has('zones') && !this.#grabbed && !this.tool))
      this.draft = null
  }

  #tell(type: 'drawn' | 'moved' | 'select' | 'cancel', detail: ZoneShape | string | null = null): void {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }

  #cancel(): void {
    this.draft = null
    this.#grabbed = null
    this.#tell('cancel')
  }

  /** In percent, a decimal each, inside of the picture. */
  #at({ clientX, clientY }: PointerEvent): Corner {
    const box = this.renderRoot.querySelector('.stage')?.getBoundingClientRect()
    if (!box) return [0, 0]
    const percent = (at: number, from: number, size: number): number =>
      Math.round(Math.min(100, Math.max(0, ((at - from) / size) * 100)) * 10) / 10
    return [percent(clientX, box.left, box.width), percent(clientY, box.top, box.height)]
  }

  #isFar(a: Corner, b: Corner): boolean {
    const box = this.renderRoot.querySelector('.stage')?.getBoundingClientRect()
    return isFar(a, b, box?.width ?? 1, box?.height ?? 1, SNAP)
  }

  get #chosen(): Zone | undefined {
    return this.zones.find(({ id }) => id === this.selected)
  }

  #down(event: PointerEvent): void {
    if (!this.tool || event.button !== 0) return
    ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
    if (this.tool === 'rectangle') this.draft ??= [this.#at(event)]
  }

  #move(event: PointerEvent): void {
    const at = this.#at(event)
    if (this.tool) {
      this.pointer = at
      return
    }
    if (!this.#grabbed) return
    const points = this.draft ?? this.#chosen?.points ?? []
    const { corner, last } = this.#grabbed
    this.draft = corner === null ? moveAll(points, at[0] - last[0], at[1] - last[1]) : points.with(corner, at)
    this.#grabbed = { corner, last: at }
  }

  #up(event: PointerEvent): void {
    const at = this.#at(event)
    if (this.tool === 'rectangle') {
      // Two clicks serve as well as one drag.
      const [from] = this.draft ?? []
      if (from && this.#isFar(from, at) && from[0] !== at[0] && from[1] !== at[1])
        this.#tell('drawn', { points: cornersBetween(from, at) })
    } else if (this.tool === 'polygon') {
      const [first] = this.draft ?? []
      const last = this.draft?.at(-1)
      if (first && (this.draft?.length ?? 0) >= 3 && !this.#isFar(first, at)) this.#close()
      else if (!last || this.#isFar(last, at)) this.draft = [...(this.draft ?? []), at]
    } else if (this.#grabbed) {
      this.#grabbed = null
      if (this.draft) this.#tell('moved', { points: this.draft })
    }
  }

  #close(): void {
    const points = this.draft ?? []
    if (points.length >= 3) this.#tell('drawn', { points })
  }

  #grab(event: PointerEvent, corner: number | null): void {
    if (this.tool || event.button !== 0) return
    event.stopPropagation()
    this.renderRoot.querySelector('.stage')?.setPointerCapture(event.pointerId)
    this.#grabbed = { corner, last: this.#at(event) }
  }

  #add(event: PointerEvent, after: number): void {
    this.draft = withCorner(this.draft ?? this.#chosen?.points ?? [], after, this.#at(event))
    this.#grab(event, after + 1)
  }

  #key(event: KeyboardEvent, corner: number): void {
    const points = this.#chosen?.points ?? []
    const old = points[corner]
    const step = STEPS[event.key]
    if (old && step) {
      event.preventDefault()
      const within = (at: number): number => Math.min(100, Math.max(0, at))
      this.#tell('moved', { points: points.with(corner, [within(old[0] + step[0]), within(old[1] + step[1])]) })
    }
    if (event.key === 'Delete' || event.key === 'Backspace') this.#remove(corner)
  }

  #remove(corner: number): void {
    const points = this.#chosen?.points ?? []
    if (points.length > 3) this.#tell('moved', { points: withoutCorner(points, corner) })
  }

  override render(): TemplateResult {
    const chosen = this.#chosen
    const points = this.draft ?? chosen?.points ?? []
    return html`<div
        class="stage ${this.ratio >= 16 / 9 ? 'wide' : 'high'} ${this.tool ? 'drawing' : ''}"
        style="aspect-ratio: ${this.ratio}; --zone: ${chosen?.color ?? '#f2c14e'}"
        @pointerdown=${this.#down}
        @pointermove=${this.#move}
        @pointerup=${this.#up}
      >
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          ${this.zones.map((zone) => this.#shape(zone, zone === chosen && !this.tool ? points : zone.points))}
          ${this.tool ? this.#sketch() : nothing}
        </svg>
        ${this.tool ? points.map((point) => html`<i class="corner" style=${placeOf(point)}></i>`) : nothing}
        ${chosen && !this.tool ? this.#handles(points) : nothing}
      </div>
      ${this.tool ? this.#bar() : nothing}`
  }

  #shape({ id, color, enabled }: Zone, points: readonly Corner[]): TemplateResult {
    const selected = id === this.selected
    return svg`<polygon
      class="${selected ? 'selected' : ''} ${enabled ? '' : 'off'}"
      points=${points.join(' ')} stroke=${color} fill=${color}
      @pointerdown=${(event: PointerEvent) => (selected ? this.#grab(event, null) : this.tool || this.#tell('select', id))}
    ></polygon>`
  }

  /** The new zone as it would be if it were finished here. */
  #sketch(): TemplateResult | typeof nothing {
    const [from] = this.draft ?? []
    if (!from || !this.draft) return nothing
    const at = this.pointer ?? from
    const line = this.tool === 'rectangle' ? [...cornersBetween(from, at), from] : [...this.draft, at]
    return svg`<polyline points=${line.join(' ')} stroke="#f2c14e"></polyline>`
  }

  #handles(points: readonly Corner[]): TemplateResult[] {
    return points.flatMap((point, i) => {
      const next = points[(i + 1) % points.length] ?? point
      const middle: Corner = [(point[0] + next[0]) / 2, (point[1] + next[1]) / 2]
      return [
        html`<button class="between" style=${placeOf(middle)} tabindex="-1" title="Drag to add a corner" aria-hidden="true"
          @pointerdown=${(event: PointerEvent) => this.#add(event, i)}></button>`,
        html`<button class="corner" style=${placeOf(point)} aria-label="Corner ${i + 1}" title="Drag; double-click removes it"
          @pointerdown=${(event: PointerEvent) => this.#grab(event, i)}
          @dblclick=${() => this.#remove(i)}
          @keydown=${(event: KeyboardEvent) => this.#key(event, i)}></button>`,
      ]
    })
  }

  #bar(): TemplateResult {
    const many = (this.draft?.length ?? 0) >= 3
    return html`<div class="bar">
      <span>${this.tool === 'rectangle' ? 'Drag from corner to corner' : many ? 'Click the first corner to finish' : 'Click the corners one by one'}</span>
      ${this.tool === 'polygon' && many ? html`<button @click=${this.#close}>Finish</button>` : nothing}
      <button @click=${this.#cancel}>Cancel</button>
    </div>`
  }
}

const placeOf = ([x, y]: Corner): string => `left: ${x}%; top: ${y}%`

customElements.define('nj-zone-editor', ZoneEditor)
