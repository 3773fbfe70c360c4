// docs/onvif.md, made from the tables that the device works by: operations, topics, and what known clients ask for. A
// test holds the file to it; `npm run docs` writes it.
import { clients, refused } from './clients.js'
import { onvifSchema } from './onvif-config.js'
import { access, type Operation, type ServiceName, services } from './operation.js'
import { operations } from './operations.js'
import { topics } from './topics.js'

const INTRO = `# ONVIF

With \`onvif: {}\` in \`nightjar.yaml\` every camera is an ONVIF device, for network video recorders and for Home Assistant.
This page is made from the program's own tables (\`npm run docs\`).

- **Address**: the first camera is at port ${onvifSchema.port.default}, the next one at ${onvifSchema.port.default + 1}, and so on. A camera keeps its port, also when others
  come or go (\`onvif.json\` in the data folder remembers). Clients that want a whole address take
  \`http://HOST:PORT/onvif/device_service\`. These ports are free of MediaMTX's (8000 to 8003, 8189, 8322, 8554, 8888 to 8890, 9996 to 9999),
  Home Assistant's (8123) and go2rtc's (1984, 8555).
- **Sign in** with a name of Nightjar and this user's *stream password* (\`GET /api/users/me/stream-password\`), which also opens RTSP and the
  snapshot address. A viewer sees and hears events, an operator also sets images and night mode, an admin also sees who the users are.
- **Each camera is a device of its own**, with its own port, UUID and MAC-like address, which never change. Home Assistant enables only the
  widest profile of a device, and UniFi Protect takes one camera per device.
- **Home Assistant** finds the cameras by itself, but its list has only one entry for each host: add them one after the other, or
  choose manual and give the port. Its IR lamp switch is night mode; its autofocus, reboot and clock buttons have no use here.
- **Restarts**: whoever subscribed to events need not do so again after a restart of Nightjar (\`onvif-subscriptions.json\` in the data
  folder remembers), and is told at once how things are. Home Assistant learns that by its webhook (its ONVIF option *Enable webhooks*,
  on by default). It must be reached by plain http at the address that it calls from, or be on the same machine. With the option off,
  or https only, Home Assistant asks by itself, but waits up to a minute after it found us away. A consumer that is away is tried
  every few seconds until its subscription ends; then it has what it missed, at most the newest 200 messages and the last of each topic.
- **Clocks**: the token of a request may be \`clock_window_s\` off from our clock, and opens only once.
- **Found on the network** by WS-Discovery (UDP 3702, IPv4); in a container that needs the host's network. \`discovery: false\` ends it.
- No PTZ, no Media2 (clients that find it use nothing else), no profile is claimed beyond \`Profile/Streaming\` in the scopes. A stream in H.265 has
  a profile without an encoder, for which Media has no word; clients that need one use the sub stream.
`

const keyOf = (service: ServiceName, name: string): string => `${service} ${name}`

const asking = (service: ServiceName, name: string): string =>
  clients
    .filter(({ asks }) => asks[service]?.includes(name))
    .map((client) => client.name)
    .join(', ')

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const operationRow = ({ service, name, access: level, note = '' }: Operation): string =>
  row([`\`${name}\``, access[level] ?? 'everybody', note, asking(service, name)])

/** What clients ask for and is not in the table. */
export const unanswered = (): readonly string[] => {
  const known = new Set(operations.map(({ service, name }) => keyOf(service, name)))
  const asked = clients.flatMap(({ asks }) =>
    (Object.keys(services) as ServiceName[]).flatMap((service) =>
      (asks[service] ?? []).filter((name) => !known.has(keyOf(service, name))),
    ),
  )
  return [...new Set(asked)].sort()
}

export const onvifPage = (): string => {
  const tables = (Object.keys(services) as ServiceName[]).flatMap((service) => [
    `## ${services[service].title}\n`,
    ...['| operation | for | here | asked for by |', '|---|---|---|---|'],
    ...operations.filter((one) => one.service === service).map(operationRow),
    '',
  ])
  return [
    INTRO,
    ...tables,
    '## Not here\n\nAnswered with the fault `ActionNotSupported`, like everything else that is not above.\n',
    ...['| operation | why | asked for by |', '|---|---|---|'],
    ...Object.entries(refused).map(([name, why]) => row([`\`${name}\``, why, asking('device', name)])),
    '\n## Events\n\nA topic is told while the camera knows about it: those about things only while detection is on and looks for them.\n',
    ...['| topic | item | says |', '|---|---|---|'],
    ...topics.map(({ path, item, doc }) => row([`\`tns1:${path}\``, `\`${item}\``, doc])),
    '',
  ].join('\n')
}
