import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../kernel/test-runs.ts';
import { readDataElements } from './xml-data.ts';

const names = (text: string) => readDataElements(text)?.map((element) => element.get('name'));

describe('readDataElements', () => {
  it.each([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['another element', '<html/>'],
    ['another element within', '<data name="a"><b/></data>'],
    ['a DOCTYPE', '<!DOCTYPE data [<!ENTITY x "y">]><data name="a"/>'],
    ['an unclosed element', '<data name="a"><data name="b"/>'],
    ['an element cut within', '<data name="a" b="c'],
    ['a closing tag too many', '<data name="a"/></data>'],
    ['two roots', '<data name="a"/><data name="b"/>'],
    ['an unquoted attribute', '<data name=a/>'],
    ['an unclosed comment', '<!-- <data name="a"/>'],
    ['text between', '<data name="a">text</data>'],
    ['a longer tag name', '<database name="a"/>'],
  ])('refuses %s', (_, text) => {
    expect(readDataElements(text)).toBeNull();
  });

  it('reads nested elements in the order in which they open', () => {
    const text = `<?xml version="1.0"?><!-- c --><data name="a"><data name='b' /><data name="c"></data ></data>\n`;
    expect(names(text)).toEqual(['a', 'b', 'c']);
  });

  it('decodes the entities of XML, once, and no others', () => {
    const text = '<data a="&lt;&amp;lt;&#65;&#x42;&quot;&apos;" b="&unknown;&#0;&#x110000;"/>';
    const [element] = readDataElements(text) ?? [];
    expect(element?.get('a')).toBe(`<&lt;AB"'`);
    expect(element?.get('b')).toBe('&unknown;&#0;&#x110000;');
  });

  it('stores nothing a database refuses', () => {
    const [element] = readDataElements('<data a="x&#1;&#xD800;y"/>') ?? [];
    expect(element?.get('a')).toBe('x  y');
  });

  it('is total, and quick on hostile text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('<data', ' a="', '"', "'", '>', '/>', '</data>', '&#', ' ', '<')),
        (parts) => {
          readDataElements(parts.join(''));
        },
      ),
      { seed: 3, numRuns: runs(500) },
    );
    expect(readDataElements('<data a="b"'.repeat(50_000))).toBeNull();
    expect(readDataElements(`<data${' a="b"'.repeat(100_000)}`)).toBeNull();
    expect(readDataElements('<data name="a">'.repeat(50_000))).toBeNull();
  });
});
