/**
 * A piece of markup: a tag as written, a text, the content of a CDATA section, or an aside (a
 * comment, a declaration or an instruction).
 */
export interface MarkupPart {
  readonly kind: 'tag' | 'text' | 'cdata' | 'aside';
  readonly text: string;
}

const CDATA = '<![CDATA[';

/** Splits markup, well-formed or not, in one walk: every character belongs to one part. Pure. */
export function markupParts(text: string): MarkupPart[] {
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

/** Where an aside that begins here ends; one that does not end takes all that follows along. */
function asideEnd(text: string, at: number): number | null {
  if (text.startsWith('<!--', at)) return after(text, '-->', at + 4);
  if (text.startsWith('<?', at)) return after(text, '?>', at);
  if (!text.startsWith('<!', at)) return null;
  const end = after(text, '>', at);
  // A document type may hold declarations of its own, in brackets.
  return text.slice(at, end).includes('[') ? after(text, ']>', at) : end;
}

function after(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at + mark.length;
}

/** A `>` within quotes ends no tag, where the quotes end before the next one begins. */
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
