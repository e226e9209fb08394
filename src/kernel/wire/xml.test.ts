import { describe, expect, it } from 'vitest';
import { cpuMsOf } from '../test-runs.ts';
import { toPlainValue, xmlOrNull } from './xml.ts';

const plain = (text: string) => {
  const root = xmlOrNull(text);
  return root === null ? null : toPlainValue(root, new Set(['item']));
};

describe('XML', () => {
  it('is read without prefixes, comments and declarations', () => {
    const text = `\uFEFF<?xml version="1.0"?><!-- a > b -->
      <c:list xmlns:c="urn:x" a='>'><item>1</item><!--<item>--><item/><c:other b = "2" >x</c:other ></c:list>\n`;
    expect(plain(text)).toEqual({ item: ['1', ''], other: 'x' });
  });

  it('keeps attributes, without their prefixes', () => {
    const root = xmlOrNull(`<a x:id = "1&amp;2" note='&odd; "q"'><b/></a>`);
    expect([...(root?.attributes ?? [])]).toEqual([
      ['id', '1&2'],
      ['note', '&odd; "q"'],
    ]);
    expect(root?.children[0]?.attributes.size).toBe(0);
  });

  it('gives entities and CDATA as the text they stand for', () => {
    expect(plain('<a>&lt;&#233;&#xE9;&amp;amp;<![CDATA[<b>&]]></a>')).toBe('<éé&amp;<b>&');
  });

  it('is refused unless it is one whole document', () => {
    const refused = [
      '',
      'text',
      '<a>',
      '</a>',
      '<a></b>',
      '<a><b></a></b>',
      '<a/><b/>',
      '<a/>text',
      '<a b=c/>',
      '<a b="1"c="2"/>',
      '<a <b/></a>',
      '<1/>',
      '<!-- ',
      '<a><![CDATA[x]]</a>',
      '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
      '<a>&x;</a>',
      '<a>&unknown;</a>',
      '<a>& b</a>',
      '<a>&#xFFFFFF;</a>',
    ];
    expect(refused.filter((text) => xmlOrNull(text) !== null)).toEqual([]);
  });

  it('never reaches a prototype by the name of an element', () => {
    const read = plain('<a><__proto__><polluted>yes</polluted></__proto__></a>');
    expect(Object.keys(read as object)).toEqual(['__proto__']);
    expect('polluted' in {}).toBe(false);
  });

  it('is given up when it nests deeper or is wider than any answer', () => {
    expect(xmlOrNull('<a>'.repeat(33) + '</a>'.repeat(33))).toBeNull();
    expect(xmlOrNull(`<a>${'<b/>'.repeat(50_001)}</a>`)).toBeNull();
    expect(xmlOrNull(`<a>${'<b/>'.repeat(40_000)}</a>`)).not.toBeNull();
  });

  it('takes linear time, whatever is repeated', () => {
    const seeds = [
      '<',
      '<a',
      '<a ',
      '<a b="',
      "<a b=''",
      '<!--',
      '<![CDATA[',
      '&',
      '&#9',
      '<?',
      ' ',
    ];
    const slow = seeds.filter((seed) =>
      [seed.repeat(200_000), `<a>${seed.repeat(200_000)}`, `<a ${seed.repeat(200_000)}`].some(
        (text) => cpuMsOf(() => xmlOrNull(text)) > 5_000,
      ),
    );
    expect(slow).toEqual([]);
  });
});
