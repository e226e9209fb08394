import { markupParts } from './markup-parts.ts';

/** One text of a document: its name, the names above it, its value. */
export interface Leaf {
  readonly key: string;
  readonly parents: readonly string[];
  readonly text: string;
}

export type Visit = (leaf: Leaf) => string;

/** Deeper than any carrier nests. */
const DEPTH_MAX = 60;

/**
 * The same document with every text as `visit` wants it: JSON (and JSON in its texts), XML, a form,
 * or plain text. Structure, names, truth values and nulls stay. Pure.
 */
export function mapDocument(text: string, visit: Visit, parents: readonly string[] = []): string {
  const trimmed = text.trim();
  if (/^[[{]/.test(trimmed)) {
    const value = jsonOf(trimmed);
    if (value !== undefined) {
      const mapped = mapValue(value, '', parents, visit, 0);
      return JSON.stringify(mapped, null, /^[[{]\s*\n/.test(trimmed) ? 1 : undefined);
    }
  }
  if (trimmed.startsWith('<')) return mapMarkup(text, visit, parents);
  if (FORM.test(trimmed)) return mapForm(trimmed, visit, parents);
  return visit({ key: '', parents, text });
}

const FORM = /^[\w.%-]{1,100}=[^\s<>{}]*$/;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function mapValue(
  value: unknown,
  key: string,
  parents: readonly string[],
  visit: Visit,
  depth: number,
): unknown {
  if (depth > DEPTH_MAX) return null;
  if (Array.isArray(value)) {
    return value.map((item) => mapValue(item, key, parents, visit, depth + 1));
  }
  if (typeof value === 'object' && value !== null) {
    const above = key === '' ? parents : [...parents, key];
    return Object.fromEntries(
      Object.entries(value).map(([name, child]) => [
        // A name that no schema would have is a text of somebody's: a number, an address.
        SCHEMA_NAME.test(name) ? name : visit({ key: '', parents: above, text: name }),
        mapValue(child, name, above, visit, depth + 1),
      ]),
    );
  }
  if (typeof value === 'number') {
    const mapped = visit({ key, parents, text: String(value) });
    if (mapped === String(value)) return value;
    return mapped !== '' && Number.isFinite(Number(mapped)) ? Number(mapped) : 0;
  }
  if (typeof value !== 'string') return value;
  const inner = value.trim();
  if (/^[[{]/.test(inner) && jsonOf(inner) !== undefined) {
    return mapDocument(value, visit, key === '' ? parents : [...parents, key]);
  }
  return visit({ key, parents, text: value });
}

const SCHEMA_NAME = /^[A-Za-z_@$#][A-Za-z_@$#:.-]{0,60}\d{0,3}$/;

/**
 * Texts between tags by the name of their tag, attributes by their own. Entities stay as they are;
 * comments, and anything else that may contain data without a name, are removed.
 */
function mapMarkup(text: string, visit: Visit, above: readonly string[]): string {
  const open: string[] = [];
  const textOf = (inside: string): string => {
    if (inside.trim() === '') return inside;
    const key = open.at(-1) ?? '';
    return visit({ key, parents: [...above, ...open.slice(0, -1)], text: inside });
  };
  return markupParts(text)
    .map((part) => {
      if (part.kind === 'text') return textOf(part.text);
      if (part.kind === 'cdata') {
        const inside = /^\s*[<[{]/.test(part.text)
          ? mapDocument(part.text, visit, [...above, ...open])
          : textOf(part.text);
        return `<![CDATA[${inside.replaceAll(']]>', '')}]]>`;
      }
      if (part.kind === 'aside') return part.text.startsWith('<?xml ') ? part.text : '';
      const tag = /^<(\/?)([A-Za-z_][\w:.-]*)/.exec(part.text);
      if (tag === null) return textOf(part.text);
      const [before, closing = '', name = ''] = tag;
      const empty = part.text.endsWith('/>') ? '/' : '';
      const attributes = part.text.slice(before.length, -1 - empty.length);
      if (closing !== '') {
        open.pop();
        return part.text;
      }
      const inside = attributes.replaceAll(
        /([\w:.-]+)(\s*=\s*)(?:"([^"]*)"|'([^']*)')/g,
        (whole, key: string, equals: string, double?: string, single?: string) => {
          const value = double ?? single ?? '';
          // `<data name="piece-event">`: the name of a thing in the schema, not of a person.
          if (value === '' || (key === 'name' && /^[a-z]+(?:-[a-z]+)*$/.test(value))) return whole;
          if (key.startsWith('xmlns')) return whole;
          const mapped = visit({ key, parents: [...above, ...open, name], text: value });
          return `${key}${equals}"${mapped.replaceAll('"', '&quot;').replaceAll('<', '&lt;')}"`;
        },
      );
      if (empty === '') open.push(name);
      return `<${name}${inside}${empty}>`;
    })
    .join('');
}

function mapForm(text: string, visit: Visit, parents: readonly string[]): string {
  const mapped = [...new URLSearchParams(text)].map(([key, value]): [string, string] => [
    key,
    visit({ key, parents, text: value }),
  ]);
  return new URLSearchParams(mapped).toString();
}
