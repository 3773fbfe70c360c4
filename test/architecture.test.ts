// The house rules that a compiler does not know: who may import whom, sizes, names, lists that must be whole.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { entities } from '../src/adapters/mqtt/entities/index.js'
import { notifiers } from '../src/adapters/notify/notifiers/index.js'
import { sources } from '../src/sources/index.js'

/** Every file of the repository: committed, or new and not ignored. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(path))
const code = files.filter((path) => /^(src|test|docker)\/.*\.(ts|mjs)$/.test(path))
const own = code.filter((path) => path.startsWith('src/'))
const textOf = (path: string): string => readFileSync(path, 'utf8')

interface Import {
  readonly from: string
  readonly to: string
  readonly typesOnly: boolean
}

/** Imports of our own files. */
const importsOf = (path: string): Import[] =>
  [...textOf(path).matchAll(/(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*'(\.[^']+)'|\bimport\('(\.[^']+)'\)/g)].map(
    ([all, named, called]) => ({
      from: path,
      to: normalize(join(dirname(path), named ?? called ?? '')).replace(/\.js$/, '.ts'),
      typesOnly: /^\s*(import|export) type\s/.test(all),
    }),
  )

/** `src/adapters/mqtt/broker.ts` is of the part `adapters/mqtt`. */
const partOf = (path: string): string => {
  const [, first = '', second = ''] = path.split('/')
  if (first === 'adapters') return `adapters/${second}`
  return first.replace(/\.ts$/, '')
}

const eyesAndHands = ['camera', 'lib']
const LADDER: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  version: [],
  camera: ['lib'],
  sources: eyesAndHands,
  media: eyesAndHands,
  vision: eyesAndHands,
  automation: eyesAndHands,
  'adapters/http': eyesAndHands,
  'adapters/line': eyesAndHands,
  'adapters/mqtt': eyesAndHands,
  'adapters/notify': eyesAndHands,
  'adapters/onvif': eyesAndHands,
  pipeline: ['camera', 'sources', 'media', 'vision', 'lib'],
  config: [
    'adapters/http',
    'adapters/line',
    'adapters/mqtt',
    'adapters/notify',
    'adapters/onvif',
    'automation',
    'camera',
    'sources',
    'media',
    'vision',
    'lib',
  ],
  web: ['camera', 'adapters/http'],
}
const WHOLE_HOUSE = [...Object.keys(LADDER), 'config']
const TOP: Readonly<Record<string, readonly string[]>> = {
  house: WHOLE_HOUSE,
  addresses: WHOLE_HOUSE,
  app: [...WHOLE_HOUSE, 'house', 'addresses'],
  cli: [...WHOLE_HOUSE, 'house', 'addresses', 'app'],
  main: ['cli', 'app', 'version'],
}
const allowed: Readonly<Record<string, readonly string[]>> = { ...LADDER, ...TOP }

describe('the ladder', () => {
  const all = own.flatMap(importsOf)

  it('reads the import lines', () => {
    expect(all.length).toBeGreaterThan(own.length)
    expect(all.filter(({ to }) => /\.ts$/.test(to) && !existsSync(to))).toEqual([])
  })

  it('knows every part', () => {
    expect([...new Set(own.map(partOf))].filter((part) => !(part in allowed))).toEqual([])
  })

  it('holds', () => {
    const wrong = all.filter(
      ({ from, to }) => partOf(from) !== partOf(to) && !allowed[partOf(from)]?.includes(partOf(to)),
    )
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })

  it('gives the page types only', () => {
    const wrong = all.filter(({ from, to, typesOnly }) => partOf(from) === 'web' && partOf(to) !== 'web' && !typesOnly)
    expect(wrong).toEqual([])
  })

  it('leaves adapters without I/O to the configuration: it reads their schemas only', () => {
    const read = all.filter(({ from, to }) => partOf(from) === 'config' && partOf(to).startsWith('adapters/'))
    const withSideEffects = read.filter(({ to }) => /from '(node:(fs|net|http)|fastify|mqtt|aedes)/.test(textOf(to)))
    expect(withSideEffects).toEqual([])
  })
})

describe('files', () => {
  it('are at most 400 lines', () => {
    const long = code.map((path) => ({ path, lines: textOf(path).split('\n').length - 1 }))
    expect(long.filter(({ lines }) => lines > 400)).toEqual([])
  })

  it('of the source open with a comment on what they own', () => {
    const bare = own.filter((path) => !/^(#!.*\n)?(\/\/|\/\*\*)/.test(textOf(path)))
    expect(bare).toEqual([])
  })

  it('are kebab-case and named for what they give', () => {
    const names = code.map((path) => ({ path, name: basename(path).replace(/(\.test|\.config)?\.(ts|mjs)$/, '') }))
    const wrong = names.filter(({ name }) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
    const vague = names.filter(({ name }) => /(^|-)(utils?|helpers?|managers?|services?|common|types)$/.test(name))
    expect([...wrong, ...vague]).toEqual([])
  })

  it('hold nothing that was put off', () => {
    const pattern = new RegExp(
      `\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b|@ts-(ignore|nocheck)|\\b(it|test|describe)\\.(only|todo)\\b`,
    )
    expect(code.filter((path) => pattern.test(textOf(path)))).toEqual([])
  })

  it('called config.* are Home Assistant manifests only: Supervisor reads every one as that', () => {
    const found = files.filter((path) => /(^|\/)config(\.[^/]*)?\.(ya?ml|json)$/.test(path))
    expect(found.filter((path) => path !== 'config.yaml')).toEqual([])
  })
})

describe('a kind', () => {
  const readme = textOf('README.md')
  const filesIn = (folder: string, call: RegExp): string[] =>
    readdirSync(folder).filter((name) => name !== 'index.ts' && call.test(textOf(join(folder, name))))

  it('of source is in the list and in the README', () => {
    const defined = filesIn('src/sources', /^export const \w+ = define\w+[<(]/m).filter((name) => name !== 'source.ts')
    expect(defined.map((name) => name.replace('.ts', '')).sort()).toEqual(Object.keys(sources).sort())
    expect(Object.keys(sources).filter((kind) => !readme.includes(`\`${kind}\``))).toEqual([])
  })

  it('of notifier is in the list and in the README', () => {
    const defined = filesIn('src/adapters/notify/notifiers', /defineNotifier</)
    expect(defined.map((name) => name.replace('.ts', '')).sort()).toEqual(Object.keys(notifiers).sort())
    expect(Object.keys(notifiers).filter((kind) => !readme.includes(`\`${kind}\``))).toEqual([])
  })

  it('of entity is in the list and in the README', () => {
    const defined = filesIn('src/adapters/mqtt/entities', /defineEntity\(/)
    expect(defined.map((name) => name.replace('.ts', '').replaceAll('-', '_')).sort()).toEqual(
      entities.map(({ id }) => id).sort(),
    )
    expect(entities.filter(({ id }) => !readme.includes(`\`${id}\``))).toEqual([])
  })
})
