import { jsonOrNull } from './loose.ts';

/** What others call the part of their own answer or message that holds the one they pass on. */
const ENVELOPES = ['data', 'body', 'response', 'result', 'payload', 'json', 'jsonBody', 'raw'];

/** A recording is a list of one exchange, in it the response, in that its body. */
const LEVELS_MAX = 3;
/** Each is read like an answer, so that few are tried. */
const INSIDES_MAX = 8;

/** What a text must bring to be what was passed on; failures of somebody's own are none of these. */
const NEWS = ['reports', 'not_found', 'not_yet'];

/**
 * `read`, which on what it cannot read tries what somebody may have passed on: the inside of an
 * envelope of their own or of a recording, the only item of a list, or JSON that a converter made of XML. The first
 * of them that brings news counts.
 */
export function readingPassedOn<P extends { readonly text: string }, O extends { outcome: string }>(
  read: (payload: P) => O,
): (payload: P) => O {
  return (payload) => {
    const outcome = read(payload);
    if (outcome.outcome !== 'unreadable') return outcome;
    for (const text of passedOnTexts(payload.text)) {
      const inner = read({ ...payload, text });
      if (NEWS.includes(inner.outcome)) return inner;
    }
    return outcome;
  };
}

function passedOnTexts(text: string): readonly string[] {
  const whole = jsonOrNull(text)?.value;
  const insides = insidesOf(whole, LEVELS_MAX).slice(0, INSIDES_MAX);
  const documents = [whole, ...insides].flatMap((value) => xmlOfConverted(value) ?? []);
  return [
    ...insides.flatMap((inside) => (typeof inside === 'string' ? inside : (jsonOf(inside) ?? []))),
    ...documents,
  ];
}

/** Null where it nests deeper than can be written, though not than can be read. */
function jsonOf(value: unknown): string | null {
  try {
    return JSON.stringify(value);
  } catch {
    return null;
  }
}

/** Those of the first level before what is in them. */
function insidesOf(value: unknown, levels: number): readonly unknown[] {
  const near = nextOf(value);
  if (levels === 1) return near;
  const deeper = near.map((one) => (typeof one === 'string' ? jsonOrNull(one)?.value : one));
  return [...near, ...deeper.flatMap((one) => insidesOf(one, levels - 1))];
}

function nextOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.length === 1 && isObject(value[0]) ? [value[0]] : [];
  if (!isObject(value)) return [];
  return ENVELOPES.flatMap((name) => {
    const inside = Object.hasOwn(value, name) ? value[name] : undefined;
    return isObject(inside) || typeof inside === 'string' ? [inside] : [];
  });
}

/** As the reader of XML has it, which refuses what is beyond them. */
const DEPTH_MAX = 32;
const ELEMENTS_MAX = 50_000;
const NAME = /^[A-Za-z_][\w.:-]{0,127}$/;

/**
 * The document of which a converter (xml2js, fast-xml-parser, SimpleXML, xmltodict) made `value`: one
 * root; attributes under one member or by their first sign, text beside them, children in lists of
 * one or more. Null where there is no root.
 */
function xmlOfConverted(value: unknown): string | null {
  if (!isObject(value)) return null;
  const [root, ...others] = Object.entries(value).filter(([name]) => !/^[?$@_#]/.test(name));
  if (root === undefined || others.length > 0 || !isObject(root[1])) return null;
  const room = { elements: ELEMENTS_MAX };
  return elementOf(root[0], root[1], DEPTH_MAX, room);
}

function elementOf(
  name: string,
  value: unknown,
  depth: number,
  room: { elements: number },
): string {
  room.elements -= 1;
  if (!NAME.test(name) || depth === 0 || room.elements < 0) return '';
  if (Array.isArray(value)) {
    return value.map((one) => elementOf(name, one, depth - 1, room)).join('');
  }
  if (!isObject(value)) return `<${name}>${escaped(value)}</${name}>`;
  const attributes: string[] = [];
  const inside: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    if (TEXTS.includes(key)) inside.push(escaped(member));
    else if (ATTRIBUTES.includes(key) && isObject(member)) {
      for (const [own, text] of Object.entries(member)) attributes.push(attributeOf(own, text));
    } else if (/^[@-]_?[A-Za-z]/.test(key)) {
      attributes.push(attributeOf(key.replace(/^[@-]_?/, ''), member));
    } else inside.push(elementOf(key, member, depth - 1, room));
  }
  return `<${name}${attributes.join('')}>${inside.join('')}</${name}>`;
}

const ATTRIBUTES = ['$', '@', '@attributes', '_attributes'];
const TEXTS = ['_', '#text', '$t', '_text', '__text'];

function attributeOf(name: string, value: unknown): string {
  return NAME.test(name) && !isObject(value) ? ` ${name}="${escaped(value)}"` : '';
}

function escaped(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'object') return '';
  return String(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
