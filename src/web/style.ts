// What several parts of the page look like.
import { css } from 'lit'

export const controls = css`
  :host { display: block; }
  * { box-sizing: border-box; }
  button, select, input, a.button {
    font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 10px;
    padding: 0.5rem 0.85rem; min-height: 2.5rem;
  }
  button, a.button { cursor: pointer; text-decoration: none; display: inline-flex; align-items: center; gap: 0.45rem; }
  button:hover:not(:disabled), a.button:hover { border-color: var(--soft); }
  button:disabled { opacity: 0.45; cursor: default; }
  button.first { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
  button.danger { border-color: var(--bad); color: var(--bad); }
  button[aria-pressed='true'] { background: color-mix(in srgb, var(--accent) 20%, transparent); border-color: var(--accent); }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  select option { color: #1b1e33; background: #fff; }
  h2 { font-size: 1rem; margin: 0; font-weight: 600; }
  .soft { color: var(--soft); }
  .card { background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); }
  .problem { color: var(--bad); }
  .row { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; }
  .spread { justify-content: space-between; }
`
