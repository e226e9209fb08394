/** One text of a document: its name, the names above it, and its value. */
export interface Leaf {
  readonly key: string;
  readonly parents: readonly string[];
  readonly text: string;
}

type Visit = (leaf: Leaf) => string;

/** Limit of nesting, deeper than in any carrier's documents. */
const DEPTH_MAX = 60;

/**
 * Returns the same document with every text replaced by what `visit` returns: JSON (and JSON in its
 * texts), XML, a form, or plain text. Structure, names, booleans and nulls stay. Pure.
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
        // A name that no schema would have is data, such as a number or an address.
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
 * Visits texts between tags by the name of their tag, and attributes by their own. Entities stay
 * unchanged; comments, and anything else that may contain data without a name, are removed.
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
          // `<data name="piece-event">` is the name of a thing in the schema, not of a person.
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

/**
 * A piece of markup: a tag as written, a text, the content of a CDATA section, or an aside (a
 * comment, a declaration or an instruction).
 */
interface MarkupPart {
  readonly kind: 'tag' | 'text' | 'cdata' | 'aside';
  readonly text: string;
}

const CDATA = '<![CDATA[';

/** Splits markup, well-formed or not, in one walk: every character belongs to one part. Pure. */
function markupParts(text: string): MarkupPart[] {
  const parts: MarkupPart[] = [];
  // Text that only begins like a tag is joined with the text before it.
  const addText = (more: string) => {
    const last = parts.at(-1);
    const before = last?.kind === 'text' ? (parts.pop()?.text ?? '') : '';
    parts.push({ kind: 'text', text: before + more });
  };
  let at = 0;
  while (at < text.length) {
    const start = text.indexOf('<', at);
    if (start !== at) {
      const end = start < 0 ? text.length : start;
      addText(text.slice(at, end));
      at = end;
      continue;
    }
    if (text.startsWith(CDATA, at)) {
      const end = text.indexOf(']]>', at);
      const inside = text.slice(at + CDATA.length, end < 0 ? undefined : end);
      parts.push({ kind: 'cdata', text: inside });
      at = end < 0 ? text.length : end + 3;
      continue;
    }
    const aside = asideEnd(text, at);
    const end = aside ?? tagEnd(text, at);
    const part = text.slice(at, end);
    if (aside === null && !part.endsWith('>')) addText(part);
    else parts.push({ kind: aside === null ? 'tag' : 'aside', text: part });
    at = end;
  }
  return parts;
}

/**
 * The index at which an aside that begins here ends; one without an end takes all the rest. Null:
 * none begins here.
 */
function asideEnd(text: string, at: number): number | null {
  if (text.startsWith('<!--', at)) return endOf(text, '-->', at + 4);
  if (text.startsWith('<?', at)) return endOf(text, '?>', at);
  if (!text.startsWith('<!', at)) return null;
  const end = endOf(text, '>', at);
  // A document type may contain declarations of its own, in brackets.
  return text.slice(at, end).includes('[') ? endOf(text, ']>', at) : end;
}

/** Returns the index after the next `mark`; the end of the text if there is none. */
function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at + mark.length;
}

/**
 * The index at which a tag ends. A `>` within quotes does not end it, if the quotes end before the
 * next tag begins.
 */
function tagEnd(text: string, at: number): number {
  let quote = '';
  let first = -1;
  for (let index = at + 1; index < text.length && text[index] !== '<'; index += 1) {
    const char = text[index] ?? '';
    if (char === '>') {
      if (quote === '') return index + 1;
      if (first < 0) first = index;
    } else if (quote === '' ? char === '"' || char === "'" : char === quote) {
      quote = quote === '' ? char : '';
    }
  }
  if (first >= 0) return first + 1;
  const next = text.indexOf('<', at + 1);
  return next < 0 ? text.length : next;
}
