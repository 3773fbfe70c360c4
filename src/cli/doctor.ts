// `nightjar doctor`: looks at the machine and says, line by line, what is there, what is missing and what to do. The
// looks themselves are in checks.ts.
import { Command } from 'commander'
import type { Finding } from '../camera/ports.js'
import { Failure } from '../lib/failure.js'
import { runChecks } from './checks.js'
import type { CliDeps } from './run-house.js'
import { findConfig } from './which-config.js'

const SIGNS: Readonly<Record<Finding['status'], string>> = { ok: 'ok  ', warn: 'warn', bad: 'BAD ' }

const describe = ({ status, what, todo }: Finding): string =>
  `${SIGNS[status]}  ${what}${todo ? `\n      -> ${todo}` : ''}`

export const doctorCommand = ({ env, out }: CliDeps): Command =>
  new Command('doctor')
    .description('look at this machine: is everything there that Nightjar needs?')
    .option('-c, --config <file>', 'also look at what this configuration needs')
    .option('--json', 'print the findings as JSON', false)
    .action(async ({ config: path, json }: { config?: string; json: boolean }) => {
      const findings = await runChecks(await findConfig(path, env))
      out(json ? JSON.stringify(findings) : findings.map(describe).join('\n'))
      const bad = findings.filter(({ status }) => status === 'bad').length
      if (bad > 0)
        throw new Failure('unavailable', `${bad === 1 ? 'one thing is' : `${bad} things are`} missing: see above`)
    })
