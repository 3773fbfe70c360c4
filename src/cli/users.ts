// `nightjar users list|add|passwd|remove`: the way back in for who can open a terminal. A running service notices the
// change by itself. Where the data folder is and how one asks is the caller's.
import { Command, Option } from 'commander'
import { type AccountStore, openAccounts } from '../adapters/http/accounts.js'
import { randomPassword } from '../adapters/http/passwords.js'
import { type Role, roles } from '../camera/ports.js'
import { silentLog } from '../lib/log.js'

export interface UsersDeps {
  /** The data folder of the configuration that this command line names. */
  data(command: Command): string | Promise<string>
  /** One line for the person (stdout). */
  out(line: string): void
  /** Asks without showing what is typed; null where nobody can be asked (no terminal). */
  ask(question: string): Promise<string | null>
}

export const usersCommand = ({ data, out, ask }: UsersDeps): Command => {
  const users = new Command('users').description('list, add and remove the users who may sign in')
  const open = async (command: Command): Promise<AccountStore> => openAccounts(await data(command), silentLog)
  /** Sets the password that was typed, or a random one that is then shown. */
  const choose = async (name: string, set: (password: string) => Promise<unknown>): Promise<void> => {
    const typed = await ask(`New password for ${name} (empty: a random one): `)
    const password = typed || randomPassword()
    await set(password)
    if (!typed) out(`The password of ${name} is ${password}`)
  }
  users
    .command('list')
    .description('show every user and role')
    .action(async (_options: object, command: Command) => {
      const found = (await open(command)).list()
      for (const { name, role } of found) out(`${name}\t${role}`)
      if (found.length === 0) out('There is no user yet: the first start creates admin')
    })
  users
    .command('add')
    .argument('<name>')
    .addOption(new Option('--role <role>', 'what the user may do').choices(roles).default('viewer'))
    .description('add a user; asks for the password')
    .action(async (name: string, { role }: { role: Role }, command: Command) => {
      const accounts = await open(command)
      await choose(name, (password) => accounts.add({ name, role, password }))
      out(`${name} may sign in as ${role}`)
    })
  users
    .command('passwd')
    .argument('<name>')
    .description('set a new password; ends the sessions of the user')
    .action(async (name: string, _options: object, command: Command) => {
      const accounts = await open(command)
      await choose(name, (password) => accounts.passwd(name, password))
      out(`${name} has a new password`)
    })
  users
    .command('remove')
    .argument('<name>')
    .description('remove a user with all tokens and sessions')
    .action(async (name: string, _options: object, command: Command) => {
      const accounts = await open(command)
      accounts.remove(name)
      out(`${name} is removed`)
    })
  return users
}
