// XML in both directions: strangers' text to a tree of elements with resolved namespaces, within bounds and never with
// a DTD or entities of its own (saxes parses); and templates whose values are escaped.
import { SaxesParser } from 'saxes'
import { Failure } from './failure.js'

export interface XmlElement {
  /** The namespace's address; empty where there is none. */
  readonly ns: string
  /** Without a prefix. */
  readonly name: string
  /** By their names without prefix. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** Its own text, trimmed. */
  readonly text: string
  /** The namespace of a prefix that stands in its text (a QName); undefined when nobody declared it. */
  resolve(prefix: string): string | undefined
}

const LIMITS = { characters: 262_144, depth: 32, elements: 4096, attributes: 64 }

/** Failure 'invalid' when it is no well-formed XML, has a DTD or processing instruction, or is beyond the bounds. */
export const parseXml = (text: string): XmlElement => {
  if (text.length > LIMITS.characters) throw new Failure('too-large', 'this XML is too large')
  const parser = new SaxesParser({ xmlns: true })
  const open: Draft[] = []
  let root: XmlElement | undefined
  let elements = 0
  let attributesHere = 0
  const refuse = (why: string): never => {
    throw new Failure('invalid', `this is no XML that is understood here: ${why}`)
  }
  parser.on('error', (error) => refuse(error.message))
  parser.on('doctype', () => refuse('it has a DTD'))
  parser.on('processinginstruction', () => refuse('it has a processing instruction'))
  parser.on('attribute', () => {
    attributesHere += 1
    if (attributesHere > LIMITS.attributes) refuse('an element has too many attributes')
  })
  parser.on('opentag', ({ uri, local, ns, attributes }) => {
    elements += 1
    if (open.length >= LIMITS.depth) refuse('it is nested too deeply')
    if (elements > LIMITS.elements) refuse('it has too many elements')
    const given = Object.values(attributes)
    attributesHere = 0
    open.push(new Draft(uri, local, new Map(given.map((one) => [one.local, one.value])), ns, open.at(-1)))
  })
  const addText = (more: string): void => open.at(-1)?.add(more)
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    const done = open.pop()
    const parent = open.at(-1)
    if (parent && done) parent.children.push(done)
    else root = done
  })
  parser.write(text).close()
  return root ?? refuse('it is empty')
}

class Draft implements XmlElement {
  readonly children: XmlElement[] = []
  private own = ''
  constructor(
    readonly ns: string,
    readonly name: string,
    readonly attributes: ReadonlyMap<string, string>,
    private readonly declared: Readonly<Record<string, string>> | undefined,
    private readonly parent: Draft | undefined,
  ) {}
  add(more: string): void {
    this.own += more
  }
  get text(): string {
    return this.own.trim()
  }
  resolve(prefix: string): string | undefined {
    if (this.declared && Object.hasOwn(this.declared, prefix)) return this.declared[prefix]
    return this.parent?.resolve(prefix)
  }
}

/** The first child of this name, whatever its namespace. */
export const childOf = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((child) => child.name === name)

/** The text at the end of a way of names; undefined when there is no such element. */
export const textAt = (element: XmlElement | undefined, ...names: readonly string[]): string | undefined =>
  names.reduce(childOf, element)?.text

/** Text that is XML already. */
export interface Xml {
  readonly xml: string
}

type XmlValue = string | number | boolean | null | undefined | Xml | readonly Xml[]

/** What XML 1.0 can't hold at all. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

const escapeXml = (text: string): string =>
  text.replace(FORBIDDEN, '').replace(/[&<>"']/g, (one) => ESCAPES[one] ?? one)

const textOf = (value: XmlValue): string => {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(({ xml: text }: Xml) => text).join('')
  if (typeof value === 'object' && 'xml' in value) return value.xml
  return escapeXml(String(value))
}

/** Values are escaped, for elements and attributes alike; pieces of XML, and lists of them, stay as they are. */
export const xml = (parts: TemplateStringsArray, ...values: readonly XmlValue[]): Xml => ({
  xml: parts.reduce((text, part, index) => text + textOf(values[index - 1]) + part),
})
