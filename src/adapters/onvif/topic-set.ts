// The tree of topics for GetEventProperties, with what a message of each says; and filters, by which a client asks for
// some of them (ONVIF Core 9.5.2). Pure.
import { childOf, type Xml, type XmlElement, xml } from '../../lib/xml.js'
import { Fault } from './fault.js'
import { NS } from './soap.js'
import { CONCRETE, type Topic, topics } from './topics.js'

export const DIALECTS = {
  concrete: CONCRETE,
  simple: 'http://docs.oasis-open.org/wsn/t-1/TopicExpression/Concrete',
  content: 'http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter',
} as const

const describe = ({ source, item, type }: Topic): Xml => {
  const items = Object.keys(source).map(
    (name) =>
      xml`<tt:SimpleItemDescription Name="${name}" Type="${name === 'Rule' ? 'xs:string' : 'tt:ReferenceToken'}"/>`,
  )
  return xml`<tt:MessageDescription IsProperty="true"><tt:Source>${items}</tt:Source><tt:Data><tt:SimpleItemDescription Name="${item}" Type="${type}"/></tt:Data></tt:MessageDescription>`
}

/** The branches below a path. */
const branch = (all: readonly Topic[], above: readonly string[]): Xml => {
  const names = [...new Set(all.map(({ path }) => path.split('/')[above.length] ?? ''))]
  const parts = names.map((name) => {
    const here = [...above, name]
    const leaf = all.find(({ path }) => path === here.join('/'))
    const below = all.filter(({ path }) => path.startsWith(`${here.join('/')}/`))
    // The roots are of ONVIF's namespace; below them names have none, but for those of ours.
    const tag = { xml: above.length === 0 ? `tns1:${name}` : name }
    const isTopic = leaf ? xml` wstop:topic="true"` : xml``
    return xml`<${tag}${isTopic}>${leaf ? describe(leaf) : xml``}${branch(below, here)}</${tag}>`
  })
  return xml`${parts}`
}

export const topicSet = (all: readonly Topic[] = topics): Xml =>
  xml`<wstop:TopicSet xmlns:xs="http://www.w3.org/2001/XMLSchema">${all.length > 0 ? branch(all, []) : xml``}</wstop:TopicSet>`

/** The paths of the topics that are asked for; null: of all that need not be asked for by name. */
export type Filter = readonly string[] | null

export const accepts = (filter: Filter, { path, onRequest }: Topic): boolean =>
  filter ? filter.includes(path) : !onRequest

const unknownDialect = (dialect: string | undefined): Fault =>
  new Fault(
    'Sender',
    ['InvalidArgVal', 'wsnt:TopicExpressionDialectUnknownFault'],
    `The dialect ${dialect?.slice(0, 100)} is not spoken here`,
  )

/** One expression: a path whose prefixes its element declares, with `//.` for all that is below. */
const parsePath = (text: string, expression: XmlElement): ((topic: Topic) => boolean) => {
  const all = text.endsWith('//.')
  const steps = text.replace(/\/\/\.$/, '').split('/')
  const ours = steps.map((step, index) => {
    const [, prefix, local] = /^(?:([\w.-]+):)?([\w.*-]+)$/.exec(step) ?? []
    if (local === undefined)
      throw new Fault(
        'Sender',
        ['InvalidArgVal', 'wsnt:InvalidTopicExpressionFault'],
        `"${text.slice(0, 100)}" is no topic`,
      )
    const ns = prefix === undefined ? undefined : expression.resolve(prefix)
    if (ns === NS.nj) return `nj:${local}`
    // A root of a namespace that is not ONVIF's, or not declared, is none of ours.
    return index > 0 || ns === NS.tns1 ? local : `?${local}`
  })
  const path = ours.join('/')
  return (topic) => topic.path === path || (all && topic.path.startsWith(`${path}/`))
}

/** What is asked for. Throws a Fault for what is not understood. */
export const parseFilter = (filter: XmlElement | undefined): Filter => {
  const content = childOf(filter, 'MessageContent')
  if (content && content.text !== '')
    throw new Fault(
      'Sender',
      ['InvalidArgVal', 'wsnt:InvalidMessageContentExpressionFault'],
      'Filters by content are not understood here',
    )
  const expressions = filter?.children.filter(({ name }) => name === 'TopicExpression') ?? []
  const wanted = expressions.flatMap((expression) => {
    const dialect = expression.attributes.get('Dialect')
    if (dialect !== DIALECTS.concrete && dialect !== DIALECTS.simple) throw unknownDialect(dialect)
    return expression.text.split('|').map((text) => parsePath(text.trim(), expression))
  })
  if (wanted.length === 0) return null
  return topics.filter((topic) => wanted.some((fits) => fits(topic))).map(({ path }) => path)
}
