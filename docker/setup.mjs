// Makes a clone ready: Debian packages, npm packages, the build; only what is missing. Plain JavaScript without
// dependencies, because it runs before anything is installed. All it says goes to stderr: stdout is the service's.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const purpose = process.argv[process.argv.indexOf('--for') + 1]
const OLDEST_NODE = [20, 19]
/** Where there is no apt, these must be there already. */
const PROGRAMS = { run: ['ffmpeg'], test: ['ffmpeg', 'mosquitto', 'mosquitto_pub', 'gst-launch-1.0', 'chromium', 'nc'] }

const say = (line) => process.stderr.write(`${line}\n`)

const fail = (line) => {
  say(`nightjar: ${line}`)
  process.exit(1)
}

/** Runs a program with its stdout on our stderr; whether it went well. */
const run = (command, args, env = {}, cwd = root) => {
  const stdin = process.stdin.isTTY ? 'inherit' : 'ignore'
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: [stdin, 2, 2],
    env: { ...process.env, ...env },
  })
  if (error) say(`nightjar: ${command} can't be started: ${error.message}`)
  return status === 0
}

const finds = (program) => (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)))

const newest = (path) => {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return 0
  if (!found.isDirectory()) return found.mtimeMs
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}

const release = '/etc/os-release'
const isUbuntu = existsSync(release) && /^ID(_LIKE)?=.*ubuntu/m.test(readFileSync(release, 'utf8'))
/** Packages that Ubuntu calls otherwise. */
const OF_UBUNTU = { libturbojpeg0: 'libturbojpeg' }

const packagesIn = (file) =>
  readFileSync(join(root, file), 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean)
    .map((name) => (isUbuntu && OF_UBUNTU[name]) || name)

const checkNode = () => {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [wantMajor, wantMinor] = OLDEST_NODE
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return
  fail(`Node ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node} (see https://nodejs.org)`)
}

const installPackages = () => {
  const wanted = [...packagesIn('docker/packages.txt'), ...(purpose === 'test' ? packagesIn('test/packages.txt') : [])]
  if (!finds('apt-get') || !finds('dpkg-query')) {
    const missing = PROGRAMS[purpose === 'test' ? 'test' : 'run'].filter((program) => !finds(program))
    if (missing.length === 0) return
    fail(`this is no Debian: please install ${missing.join(', ')} (on Debian: ${wanted.join(' ')}), then try again`)
  }
  const asked = spawnSync('dpkg-query', ['-W', '-f', `\${Package} \${db:Status-Status}\n`, ...wanted], {
    encoding: 'utf8',
  })
  const there = new Set(
    asked.stdout.split('\n').flatMap((line) => (/ installed$/.test(line) ? [line.split(' ')[0]] : [])),
  )
  const missing = wanted.filter((name) => !there.has(name))
  if (missing.length === 0) return
  const isRoot = process.getuid?.() === 0
  if (!isRoot && !finds('sudo')) {
    fail(
      `some packages are missing; as root: apt-get update && apt-get install --no-install-recommends ${missing.join(' ')}`,
    )
  }
  say(`nightjar: installing ${missing.join(', ')}`)
  const apt = (...args) => {
    const line = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', '-o', 'DPkg::Lock::Timeout=120', ...args]
    return isRoot ? run(line[0], line.slice(1)) : run('sudo', line)
  }
  if (!apt('update')) say('nightjar: apt-get update failed; trying with the package lists that are there')
  if (!apt('install', '--yes', '--no-install-recommends', ...missing)) {
    fail(`apt-get could not install ${missing.join(', ')}: what it said is above`)
  }
}

/** npm writes its own record of what is installed last of all. */
const installModules = () => {
  const installed = newest(join(root, 'node_modules/.package-lock.json'))
  if (installed > 0 && installed >= newest(join(root, 'package-lock.json'))) return
  say('nightjar: installing the npm packages')
  // Debian's own npm is of version 9, which can't read our overrides; npx must not look at them either.
  const [version = ''] = /^\d+/.exec(spawnSync('npm', ['--version'], { encoding: 'utf8' }).stdout ?? '') ?? []
  const old = version !== '' && Number(version) < 10
  const [command, ...newer] = old ? ['npx', '--yes', 'npm@10'] : ['npm']
  if (!run(command, [...newer, 'ci', '--prefix', root, '--loglevel=error', '--no-audit', '--no-fund'], {}, '/')) {
    fail('npm ci failed: what it said is above (is there a network?)')
  }
}

const build = () => {
  const stamp = join(root, 'dist/.built')
  const sources = ['src', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'vite.config.ts']
  const built = newest(stamp)
  if (built > 0 && built >= Math.max(...sources.map((path) => newest(join(root, path))))) return
  say('nightjar: building')
  const begun = new Date()
  if (!run('npm', ['run', 'build', '--loglevel=error'])) fail('the build failed: what it said is above')
  // Dated to its begin: what is saved while it runs is built next time.
  writeFileSync(stamp, begun.toISOString())
  utimesSync(stamp, begun, begun)
}

if (!['demo', 'run', 'test'].includes(purpose)) fail('usage: node docker/setup.mjs --for demo|run|test')
checkNode()
installPackages()
installModules()
build()
