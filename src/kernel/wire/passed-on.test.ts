import { describe, expect, it } from 'vitest';
import { jsonOrNull } from './loose.ts';
import { readingPassedOn } from './passed-on.ts';
import { plainOf, xmlOrNull } from './xml.ts';

const LISTS = new Set(['item']);

/** Reads `{ here: … }` and documents whose root is `list`. */
const read = readingPassedOn(({ text }: { text: string }) => {
  const root = xmlOrNull(text);
  const json = jsonOrNull(text)?.value;
  const isHere = typeof json === 'object' && json !== null && Reflect.has(json, 'here');
  if (isHere) return { outcome: String(Reflect.get(json, 'here')), found: json };
  if (root?.name !== 'list') return { outcome: 'unreadable', found: text };
  const ids = root.children.flatMap(({ attributes }) => attributes.get('id') ?? []);
  return { outcome: 'reports', found: [plainOf(root, LISTS), ids] };
});

const foundIn = (value: unknown) => {
  const text = JSON.stringify(value);
  const { outcome, found } = read({ text });
  return outcome === 'unreadable' && found === text ? 'unreadable' : found;
};

describe('what somebody passed on', () => {
  const inner = { here: 'reports', more: [1] };

  it('is read inside one envelope, as an object or a text, or as the only item of a list', () => {
    expect(foundIn(inner)).toEqual(inner);
    expect(foundIn({ status: 200, data: inner })).toEqual(inner);
    expect(foundIn({ statusCode: 200, body: JSON.stringify(inner) })).toEqual(inner);
    expect(foundIn([inner])).toEqual(inner);
    expect(foundIn({ body: '<list><item>1</item></list>' })).toEqual([{ item: ['1'] }, []]);
  });

  it('is read out of a recording of the exchange', () => {
    expect(foundIn([{ scope: 'x', status: 200, response: inner }])).toEqual(inner);
    expect(foundIn({ request: {}, response: { status: 200, jsonBody: inner } })).toEqual(inner);
    expect(foundIn([{ response: { body: JSON.stringify(inner) } }])).toEqual(inner);
    const near = { here: 'reports', near: true };
    expect(foundIn({ data: { data: inner }, raw: near })).toEqual(near);
  });

  it('is not looked for any deeper, or where it brings no news', () => {
    for (const value of [
      { data: { data: { data: { data: inner } } } },
      { data: { here: 'error' } },
      { other: inner },
      [inner, inner],
      [],
      'data',
      null,
    ]) {
      expect(foundIn(value)).toBe('unreadable');
    }
  });
});

it('takes whatever it is given', () => {
  const deep = (before: string, after: string) =>
    `${before}${'{"a":['.repeat(200_000)}1${']}'.repeat(200_000)}${after}`;
  for (const text of [deep('', ''), deep('{"data":', '}'), deep('{"list":{"b":', '}}'), '', '<']) {
    expect(['reports', 'unreadable']).toContain(read({ text }).outcome);
  }
});

describe('what converters make of XML', () => {
  const document = [{ item: ['<1>', { name: 'two' }] }, ['a"1', 'b']];

  it.each([
    [
      'xml2js',
      {
        list: {
          item: [
            { _: '<1>', $: { id: 'a"1' } },
            { $: { id: 'b' }, name: ['two'] },
          ],
        },
      },
    ],
    [
      'fast-xml-parser',
      {
        '?xml': { '@_version': '1.0' },
        list: {
          item: [
            { '#text': '<1>', '@_id': 'a"1' },
            { '@_id': 'b', name: 'two' },
          ],
        },
      },
    ],
    [
      'xmltodict',
      {
        list: {
          item: [
            { '#text': '<1>', '@id': 'a"1' },
            { '@id': 'b', name: 'two' },
          ],
        },
      },
    ],
    [
      'xml-js',
      {
        _declaration: {},
        list: {
          item: [
            { _text: '<1>', _attributes: { id: 'a"1' } },
            { _attributes: { id: 'b' }, name: { _text: 'two' } },
          ],
        },
      },
    ],
    [
      'SimpleXML',
      {
        list: {
          item: [
            { '@attributes': { id: 'a"1' }, '#text': '<1>' },
            { '@attributes': { id: 'b' }, name: 'two' },
          ],
        },
      },
    ],
    [
      'a prefix',
      {
        'x:list': {
          'x:item': [
            { _: '<1>', $: { id: 'a"1' } },
            { $: { id: 'b' }, 'x:name': 'two' },
          ],
        },
      },
    ],
  ])('is read as the XML it was: %s', (_, json) => {
    expect(foundIn(json)).toEqual(document);
    expect(foundIn({ data: json })).toEqual(document);
  });

  it('has one root, names of XML and an end', () => {
    expect(foundIn({ list: { item: 'x', 'no name': 'y', none: null } })).toEqual([
      { item: ['x'], none: '' },
      [],
    ]);
    expect(foundIn({ list: {}, lists: {} })).toBe('unreadable');
    expect(foundIn({ list: 'x' })).toBe('unreadable');
    const long = Array.from({ length: 60_000 }, () => 'x');
    expect(foundIn({ list: { item: long } })).toBeDefined();
  });
});
