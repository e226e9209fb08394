/**
 * Reads the XML of Parcel DE Tracking, which is nothing but nested `<data …>` elements with
 * attributes. Not a general XML reader: no text, no namespaces, no DTD (so no entity but the five
 * of XML and numeric ones is ever expanded), bounded, and linear in the length of the text.
 */
export type DataAttributes = ReadonlyMap<string, string>;

/** A full answer is 20 pieces with tens of events each. */
const ELEMENTS_MAX = 20_000;
/** The largest element documented has about 60. */
const ATTRIBUTES_MAX = 200;

/**
 * Attributes of every `data` element, in the order in which the elements open. Null when the text
 * is not well-formed data XML: another element, an unclosed or unbalanced one, a DOCTYPE.
 */
export function readDataElements(text: string): readonly DataAttributes[] | null {
  const elements: DataAttributes[] = [];
  let depth = 0;
  let at = text.search(/\S/);
  while (at >= 0 && at < text.length) {
    const skipped = skip(text, at);
    if (skipped !== at) {
      at = skipped;
    } else if (text.startsWith('</data', at)) {
      const end = closing(text, at + 6);
      depth -= 1;
      if (end === null || depth < 0) return null;
      at = end;
    } else {
      const element = opening(text, at);
      if (element === null || (depth === 0 && elements.length > 0)) return null;
      elements.push(element.attributes);
      if (elements.length > ELEMENTS_MAX) return null;
      depth += element.isEmpty ? 0 : 1;
      at = element.end;
    }
  }
  return depth === 0 && elements.length > 0 ? elements : null;
}

/** Past blanks, the XML declaration and comments; where it was when there is nothing to skip. */
function skip(text: string, at: number): number {
  const [open, close] = text.startsWith('<?', at)
    ? ['<?', '?>']
    : text.startsWith('<!--', at)
      ? ['<!--', '-->']
      : [];
  if (open === undefined || close === undefined) {
    BLANKS.lastIndex = at;
    return at + (BLANKS.exec(text)?.[0].length ?? 0);
  }
  const end = text.indexOf(close, at + open.length);
  return end < 0 ? at : end + close.length;
}

const BLANKS = /[\s\uFEFF]*/y;
const ATTRIBUTE = /\s+([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const CLOSE = /\s*(\/?)>/y;

interface Opening {
  readonly attributes: DataAttributes;
  readonly isEmpty: boolean;
  readonly end: number;
}

function opening(text: string, start: number): Opening | null {
  if (!text.startsWith('<data', start)) return null;
  const attributes = new Map<string, string>();
  let at = start + 5;
  for (;;) {
    ATTRIBUTE.lastIndex = at;
    const found = ATTRIBUTE.exec(text);
    if (found === null) break;
    attributes.set(found[1] ?? '', decoded(found[2] ?? found[3] ?? ''));
    if (attributes.size > ATTRIBUTES_MAX) return null;
    at = ATTRIBUTE.lastIndex;
  }
  CLOSE.lastIndex = at;
  const close = CLOSE.exec(text);
  return close === null ? null : { attributes, isEmpty: close[1] === '/', end: CLOSE.lastIndex };
}

function closing(text: string, at: number): number | null {
  CLOSE.lastIndex = at;
  return CLOSE.exec(text)?.[1] === '' ? CLOSE.lastIndex : null;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** Without what no database stores. Unknown entities and impossible code points stay as they are written. */
function decoded(value: string): string {
  const plain = value.replace(
    /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{2,5}));/g,
    (written, dec, hex, name) => {
      if (name !== undefined)
        return Object.hasOwn(ENTITIES, name) ? (ENTITIES[name] ?? written) : written;
      const point = dec === undefined ? Number.parseInt(hex, 16) : Number(dec);
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : written;
    },
  );
  return plain.replace(/[\p{Cc}\p{Cs}]/gu, ' ');
}
