import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CarrierAdapter } from '../../src/adapters/index.ts';
import type { Reader } from './reader.ts';
import type { Shape } from './shapes.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** For each carrier: its largest documents contain most of what its parser reads. */
const FIXTURES = 3;

/** The parser of each carrier, found by scanning folders. */
export function carrierReaders(): Reader[] {
  return ['src/adapters', 'packages/carriers']
    .flatMap((parent) => readdirSync(`${ROOT}${parent}`).map((name) => `${parent}/${name}`))
    .filter((path) => existsSync(`${ROOT}${path}/parse.ts`))
    .map(readerOf)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readerOf(path: string): Reader {
  const folder = `${ROOT}${path}/`;
  let parse: CarrierAdapter['parse'] | null = null;
  return {
    name: `payloads of ${basename(path)}`,
    files: [`${path}/parse.ts`],
    own: Object.fromEntries(
      documentsOf(folder).flatMap(([name, text]) => [
        [`${name} with a long text everywhere`, filledWith(text, 'a ')],
        [`${name} with digits everywhere`, filledWith(text, '0')],
        [`${name} with many items`, withManyItems(text)],
      ]),
    ),
    async read(text) {
      parse ??= (await import(`${folder}parse.ts`)).parse as CarrierAdapter['parse'];
      return parse({ text });
    },
  };
}

function documentsOf(folder: string): (readonly [name: string, text: string])[] {
  return readdirSync(`${folder}fixtures`)
    .filter((name) => /(?<!\.expected)\.(json|xml)$/.test(name))
    .map((name) => [name, readFileSync(`${folder}fixtures/${name}`, 'utf8')] as const)
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, FIXTURES);
}

/** The document with every text made longer. */
function filledWith(document: string, unit: string): Shape {
  const texts = document.match(TEXT)?.length ?? 1;
  return (chars) => {
    const text = unit.repeat(Math.ceil(chars / texts / unit.length));
    return document.replaceAll(TEXT, (_, before: string) => before + text);
  };
}

/** A value of a member in JSON, and a text between tags in XML. */
const TEXT = /(":\s*"|>)[^"<>\s][^"<>]*(?=["<])/g;

/** The document with its largest list made longer, or in XML with its most frequent element. */
function withManyItems(document: string): Shape {
  return (chars) => {
    try {
      const value: unknown = JSON.parse(document);
      const list = longestList(value);
      if (list === null) return document;
      const items = [...list];
      const times = Math.ceil(chars / JSON.stringify(items).length);
      for (let index = 1; index < times; index += 1) list.push(...items);
      return JSON.stringify(value);
    } catch {
      const [element] = /<([\w:]+)>(?:(?!<\1>)[\s\S])*?<\/\1>\s*<\1>/.exec(document) ?? [''];
      const name = /<([\w:]+)>/.exec(element)?.[1];
      if (name === undefined) return document;
      const whole = element.slice(0, element.lastIndexOf('<'));
      return document.replace(whole, () => whole.repeat(Math.ceil(chars / whole.length)));
    }
  };
}

function longestList(value: unknown): unknown[] | null {
  let longest: unknown[] | null = null;
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) {
      const isLonger =
        longest === null || JSON.stringify(node).length > JSON.stringify(longest).length;
      // Lists of lists of one item: the inner one.
      if (isLonger && node.length > 0) longest = node;
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(value);
  return longest;
}
