import { describe, expect, it } from 'vitest';
import { xmlOrNull } from '../../../kernel/wire/xml.ts';
import { dataElements } from './parcel-de-xml.ts';

function read(text: string) {
  const root = xmlOrNull(text);
  if (root === null) throw new Error('no XML');
  return dataElements(root);
}

describe('elements of Parcel DE Tracking', () => {
  it.each([
    ['another element', '<html/>'],
    ['another element within', '<data name="a"><b/></data>'],
    ['text between', '<data name="a">text</data>'],
    ['a longer tag name', '<database name="a"/>'],
    ['more than an answer has', `<data>${'<data/>'.repeat(20_000)}</data>`],
  ])('are not %s', (_, text) => {
    expect(read(text)).toBeNull();
  });

  it('come in the order in which they open', () => {
    const text = `<?xml version="1.0"?><!-- c --><data name="a"><data name='b' /><data name="c"></data ></data>\n`;
    expect(read(text)?.map((element) => element.get('name'))).toEqual(['a', 'b', 'c']);
  });

  it('hold nothing that a database refuses', () => {
    expect(read('<data a="x&#1;&#xD800;&amp;y"/>')?.[0]?.get('a')).toBe('x  &y');
  });
});
