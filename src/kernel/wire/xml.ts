/** An element as it is read: names without a prefix, its own text, its elements in order. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** Answers have five levels; deeper nesting does not come from a carrier. */
const DEPTH_MAX = 32;
/** Eleven for each event, of which there are hundreds at most. */
const ELEMENTS_MAX = 50_000;

/**
 * XML as carriers write it, or null if it is invalid: one root, every element closed, nothing after
 * it. Processing instructions are skipped. A document type is rejected: no carrier sends one, and
 * entities could be abused. Each character is examined a few times at most, whatever the text.
 */
export function xmlOrNull(text: string): XmlElement | null {
  const open: OpenElement[] = [];
  let root: OpenElement | null = null;
  let count = 0;
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  while (at < text.length) {
    const inner = open.at(-1);
    const piece = readPiece(text, at);
    if (piece === null) return null;
    at = piece.end;
    if (piece.kind === 'text') {
      if (inner !== undefined) inner.texts.push(piece.text);
      else if (piece.text.trim() !== '') return null;
    } else if (piece.kind === 'opens') {
      count += 1;
      if (count > ELEMENTS_MAX || open.length >= DEPTH_MAX) return null;
      if (inner === undefined && root !== null) return null;
      const { name, attributes } = piece;
      const element: OpenElement = { name, attributes, texts: [], children: [] };
      if (inner === undefined) root = element;
      else inner.children.push(element);
      if (!piece.isEmpty) open.push(element);
    } else if (piece.kind === 'closes') {
      if (open.pop()?.name !== piece.name) return null;
    }
  }
  return root === null || open.length > 0 ? null : toElement(root);
}

/**
 * Converts an element to what schemas read: a leaf becomes its text, any other element an object.
 * Children named in `lists` become arrays, even a single one; of other repeated children only the
 * first is kept. Attributes are dropped.
 */
export function toPlainValue(element: XmlElement, lists: ReadonlySet<string>): unknown {
  if (element.children.length === 0) return element.text;
  const members = new Map<string, unknown>();
  for (const child of element.children) {
    const before = members.get(child.name);
    if (!lists.has(child.name)) {
      if (before === undefined) members.set(child.name, toPlainValue(child, lists));
    } else if (Array.isArray(before)) before.push(toPlainValue(child, lists));
    else members.set(child.name, [toPlainValue(child, lists)]);
  }
  return Object.fromEntries(members);
}

interface OpenElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly texts: string[];
  readonly children: OpenElement[];
}

/** No deeper than `DEPTH_MAX`. */
function toElement({ name, attributes, texts, children }: OpenElement): XmlElement {
  return { name, attributes, text: texts.join('').trim(), children: children.map(toElement) };
}

type Piece = { readonly end: number } & (
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'opens';
      readonly name: string;
      readonly attributes: ReadonlyMap<string, string>;
      readonly isEmpty: boolean;
    }
  | { readonly kind: 'closes'; readonly name: string }
  | { readonly kind: 'ignored' }
);

function readPiece(text: string, at: number): Piece | null {
  if (text[at] !== '<') {
    const end = endOf(text, '<', at, 0) ?? text.length;
    const unescaped = withoutEntities(text.slice(at, end));
    return unescaped === null ? null : { kind: 'text', text: unescaped, end };
  }
  if (text.startsWith('<!--', at)) return ignoredPiece(endOf(text, '-->', at + 4, 3));
  if (text.startsWith('<?', at)) return ignoredPiece(endOf(text, '?>', at + 2, 2));
  if (text.startsWith('<![CDATA[', at)) {
    const end = endOf(text, ']]>', at + 9, 3);
    return end === null ? null : { kind: 'text', text: text.slice(at + 9, end - 3), end };
  }
  return readTag(text, at);
}

function ignoredPiece(end: number | null): Piece | null {
  return end === null ? null : { kind: 'ignored', end };
}

/**
 * Returns the position after the next `mark`, or before it with `length` 0; null if there is none.
 */
function endOf(text: string, mark: string, from: number, length: number): number | null {
  const found = text.indexOf(mark, from);
  return found < 0 ? null : found + length;
}

const CLOSING = /<\/([A-Za-z_][\w.:-]{0,127})[ \t\r\n]{0,64}>/y;
const OPENING = /<([A-Za-z_][\w.:-]{0,127})/y;
const ATTRIBUTE =
  /[ \t\r\n]{1,64}([A-Za-z_][\w.:-]{0,127})[ \t\r\n]{0,64}=[ \t\r\n]{0,64}(?:"([^"<]*)"|'([^'<]*)')/y;
const OPENED = /[ \t\r\n]{0,64}(\/?)>/y;

function readTag(text: string, at: number): Piece | null {
  const closing = matchAt(CLOSING, text, at);
  if (closing !== null) return { kind: 'closes', name: localName(closing.found), end: closing.end };
  const opening = matchAt(OPENING, text, at);
  if (opening === null) return null;
  let end = opening.end;
  const attributes = new Map<string, string>();
  for (let next = attributeAt(text, end); next !== null; next = attributeAt(text, end)) {
    // An unknown entity stays as it is written: an attribute is no reason to reject a text.
    attributes.set(localName(next.name), withoutEntities(next.value) ?? next.value);
    end = next.end;
  }
  const opened = matchAt(OPENED, text, end);
  if (opened === null) return null;
  const isEmpty = opened.found === '/';
  return { kind: 'opens', name: localName(opening.found), attributes, isEmpty, end: opened.end };
}

function attributeAt(text: string, at: number) {
  ATTRIBUTE.lastIndex = at;
  const match = ATTRIBUTE.exec(text);
  if (match === null) return null;
  return { name: match[1] ?? '', value: match[2] ?? match[3] ?? '', end: at + match[0].length };
}

function matchAt(pattern: RegExp, text: string, at: number) {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match === null ? null : { found: match[1] ?? '', end: at + match[0].length };
}

/** `cpc:pin` → `pin`: the sender may choose the prefix of the carrier's namespace. */
function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

const ENTITY = /&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|([a-z]{2,4}));/g;
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  gt: '>',
  lt: '<',
  quot: '"',
};
const CODE_POINT_MAX = 0x10ffff;

/** Replaces entities; null if an ampersand begins no known one. */
function withoutEntities(text: string): string | null {
  if (!text.includes('&')) return text;
  let isKnown = true;
  const unknown = () => {
    isKnown = false;
    return '';
  };
  const plain = text.replace(ENTITY, (_, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return Object.hasOwn(NAMED, name) ? (NAMED[name] ?? '') : unknown();
    const point = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return point <= CODE_POINT_MAX ? String.fromCodePoint(point) : unknown();
  });
  // Every ampersand must have been the beginning of an entity.
  const ampersands = text.split('&').length - 1;
  return isKnown && (text.match(ENTITY)?.length ?? 0) === ampersands ? plain : null;
}
