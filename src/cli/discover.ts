// `nightjar discover`: the ONVIF cameras of the network, and the lines that make one a camera of ours.
import { Command } from 'commander'
import { stringify } from 'yaml'
import { idFor } from '../config/add-camera.js'
import { discoverOnvif, type Found } from '../sources/onvif-discover.js'
import type { CliDeps } from './run-house.js'

const NOBODY = `No ONVIF camera answered. Cameras are found only in the same network (in a container: with the host's network),
and many must have ONVIF switched on first, on their own page.`

export const describeFound = (found: readonly Found[]): string => {
  if (found.length === 0) return NOBODY
  const ids: string[] = []
  const entries = found.map(({ name, address }) => {
    const id = idFor(name, ids)
    ids.push(id)
    return { id, source: { kind: 'onvif', address, username: 'USER', password_file: `${id}-password` } }
  })
  const rows = found.map(
    ({ name, model, address }) => `${address.padEnd(22)} ${name}${model && model !== name ? ` (${model})` : ''}`,
  )
  return [...rows, '', 'In nightjar.yaml:', '', stringify({ cameras: entries }, { lineWidth: 0 }).trimEnd()].join('\n')
}

export const discoverCommand = ({ out }: CliDeps): Command =>
  new Command('discover')
    .description('look for ONVIF cameras on the network (three seconds)')
    .option('--json', 'print what was found as JSON', false)
    .action(async ({ json }: { json: boolean }) => {
      const found = await discoverOnvif()
      out(json ? JSON.stringify(found) : describeFound(found))
    })
