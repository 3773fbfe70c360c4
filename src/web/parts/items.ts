// Recordings and snapshots: look, play, keep, download, delete (by a second press).
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import type { StoredItem } from '../../camera/stored-item.js'
import { api } from '../api.js'
import { isSecondPress, problemOf } from '../asking.js'
import { controls } from '../style.js'
import { dayOf, lengthOf, sizeOf, timeOf } from '../words.js'

const PAGE = 24

class Items extends LitElement {
  static override properties = {
    camera: {},
    changed: {},
    disabled: { type: Boolean },
    items: { state: true },
    limit: { state: true },
    open: { state: true },
    sure: { state: true },
    problem: { state: true },
  }
  declare camera: string
  /** Anything that differs when the shelf may have changed. */
  declare changed: string
  declare disabled: boolean
  declare items: readonly StoredItem[]
  declare limit: number
  declare open: StoredItem | null
  declare sure: string
  declare problem: string

  static override styles = [
    controls,
    css`
      ul { list-style: none; margin: 0.75rem 0; padding: 0; display: grid; gap: 0.85rem; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); }
      li { overflow: hidden; }
      .thumb { padding: 0; border: 0; border-radius: 0; width: 100%; display: block; aspect-ratio: 16 / 9; background: #000; position: relative; }
      .thumb img { width: 100%; height: 100%; object-fit: cover; display: block; }
      .tag { position: absolute; right: 0.4rem; bottom: 0.4rem; background: #000b; color: #fff; border-radius: 6px; padding: 0.1rem 0.45rem; font-size: 0.8rem; }
      .meta { padding: 0.6rem 0.75rem; font-size: 0.9rem; }
      dialog { border: 1px solid var(--line); border-radius: var(--radius); background: var(--card); color: var(--ink); padding: 0; width: min(1100px, 94vw); }
      dialog::backdrop { background: #000a; }
      dialog video, dialog img { width: 100%; max-height: 74vh; background: #000; display: block; object-fit: contain; }
      .tools { padding: 0.75rem; }
    `,
  ]

  constructor() {
    super()
    this.items = []
    this.limit = PAGE
    this.open = null
    this.sure = ''
    this.problem = ''
    this.disabled = false
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('camera') || changed.has('changed') || changed.has('limit')) void this.#try(() => this.#load())
  }

  override updated(changed: PropertyValues): void {
    if (changed.has('open') && this.open) this.renderRoot.querySelector('dialog')?.showModal()
  }

  async #load(): Promise<void> {
    this.items = await api.items(this.camera, this.limit)
  }

  async #try(work: () => Promise<void>): Promise<void> {
    this.problem = await problemOf(work)
  }

  #keep(item: StoredItem): void {
    void this.#try(async () => {
      this.open = await api.keep(item.id, !item.keep)
      await this.#load()
    })
  }

  #remove({ id }: StoredItem): void {
    if (!isSecondPress(this, id)) return
    void this.#try(async () => {
      await api.remove(id)
      this.open = null
      await this.#load()
    })
  }

  override render(): TemplateResult {
    return html`<section>
      <div class="row spread"><h2>Recordings and snapshots</h2>
        ${this.problem ? html`<span class="problem" role="alert">${this.problem}</span>` : nothing}</div>
      ${this.items.length === 0 ? html`<p class="soft">Nothing kept yet.</p>` : nothing}
      <ul>${this.items.map((item) => this.#thumb(item))}</ul>
      ${
        this.items.length < this.limit
          ? nothing
          : html`<button
              @click=${() => {
                this.limit += PAGE
              }}
            >Show more</button>`
      }
      ${this.open ? this.#dialog(this.open) : nothing}
    </section>`
  }

  #thumb(item: StoredItem): TemplateResult {
    return html`<li class="card">
      <button
        class="thumb"
        aria-label="Open ${item.kind} of ${timeOf(item.from)}"
        @click=${() => {
          this.open = item
        }}
      >
        ${item.picture ? html`<img loading="lazy" src=${api.pictureOf(item.id)} alt="" />` : nothing}
        <span class="tag">${item.kind === 'recording' ? `▶ ${lengthOf(item)}` : item.format.toUpperCase()}</span>
      </button>
      <div class="meta row spread">
        <span>${dayOf(item.from)} ${timeOf(item.from)}</span>
        <span class="soft">${item.keep ? '★ ' : ''}${sizeOf(item.bytes)}</span>
      </div>
    </li>`
  }

  #dialog(item: StoredItem): TemplateResult {
    return html`<dialog
      @close=${() => {
        this.open = null
      }}
    >
      ${
        item.kind === 'snapshot'
          ? html`<img src=${api.pictureOf(item.id)} alt="Snapshot of ${timeOf(item.from)}" />`
          : item.state === 'running'
            ? html`<p class="tools soft">This recording still runs.</p>`
            : html`<video controls autoplay src=${api.videoOf(item.id)}></video>`
      }
      <div class="tools row spread">
        <span>${dayOf(item.from)} ${timeOf(item.from)} · ${item.kind === 'recording' ? `${lengthOf(item)} · ` : ''}${sizeOf(item.bytes)}
          ${item.causes.length > 0 ? html`<span class="soft">(${item.causes.join(', ')})</span>` : nothing}</span>
        <div class="row">
          <button ?disabled=${this.disabled} aria-pressed=${item.keep} @click=${() => this.#keep(item)}>${item.keep ? '★ Kept' : '☆ Keep'}</button>
          <a class="button" download href=${item.kind === 'recording' ? api.videoOf(item.id, true) : api.pictureOf(item.id)}>Download</a>
          <button class="danger" ?disabled=${this.disabled} @click=${() => this.#remove(item)}>${this.sure === item.id ? 'Press again to delete' : 'Delete'}</button>
          <form method="dialog"><button>Close</button></form>
        </div>
      </div>
    </dialog>`
  }
}

customElements.define('nj-items', Items)
