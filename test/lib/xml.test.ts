import { describe, expect, it } from 'vitest'
import { childOf, parseXml, textAt, xml } from '../../src/lib/xml.js'

describe('parseXml', () => {
  it('resolves namespaces of elements, and of prefixes in text', () => {
    const root = parseXml(
      '<a:top xmlns:a="urn:a" xmlns="urn:d"><in xmlns:b="urn:b" k="1" b:l="2"> b:word </in></a:top>',
    )
    const inner = childOf(root, 'in')
    expect([root.ns, root.name, inner?.ns, inner?.text]).toEqual(['urn:a', 'top', 'urn:d', 'b:word'])
    expect([...(inner?.attributes ?? [])].slice(-2)).toEqual([
      ['k', '1'],
      ['l', '2'],
    ])
    expect([inner?.resolve('b'), inner?.resolve('a'), inner?.resolve('c')]).toEqual(['urn:b', 'urn:a', undefined])
  })

  it('finds text along a way', () => {
    const root = parseXml('<a><b><c>1 &lt; 2 &#x41;</c></b><b/></a>')
    expect(textAt(root, 'b', 'c')).toBe('1 < 2 A')
    expect(textAt(root, 'b', 'd')).toBeUndefined()
  })

  it.each([
    ['a DTD with entities', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', /DTD/],
    ['a DTD that names a file', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', /DTD/],
    ['an entity of nobody', '<a>&b;</a>', /entity/],
    ['a processing instruction', '<?php echo 1 ?><a/>', /instruction/],
    ['an open end', '<a><b></a>', /no XML/],
    ['a prefix of nobody', '<b:a/>', /no XML/],
    ['nothing', '', /no XML/],
    ['deep nesting', '<a>'.repeat(40) + '</a>'.repeat(40), /deeply/],
    ['many elements', `<a>${'<b/>'.repeat(5000)}</a>`, /many/],
    ['many attributes', `<a ${Array.from({ length: 100 }, (_, i) => `a${i}=""`).join(' ')}/>`, /attributes/],
    ['much text', `<a>${'x'.repeat(300_000)}</a>`, /large/],
  ])('refuses %s', (_, text, why) => {
    expect(() => parseXml(text)).toThrow(why)
  })
})

describe('xml', () => {
  it('escapes values, and leaves XML and lists of it as they are', () => {
    const parts = ['<&>', `"'`].map((text) => xml`<i t="${text}">${text}</i>`)
    expect(xml`<a>${parts}${null}${undefined}${7}${false}</a>`.xml).toBe(
      '<a><i t="&lt;&amp;&gt;">&lt;&amp;&gt;</i><i t="&quot;&apos;">&quot;&apos;</i>7false</a>',
    )
  })

  it('leaves out what XML cannot hold, so that its text is always read back', () => {
    const odd = 'a\u0000b\u0008c\ufffed\ud800e😀\tf'
    expect(parseXml(xml`<a>${odd}</a>`.xml).text).toBe('abcde😀\tf')
  })
})
