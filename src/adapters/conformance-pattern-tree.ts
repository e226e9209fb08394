/** A regular expression as a tree, as far as its running time depends on it. */
export type PatternNode =
  | { readonly kind: 'empty' }
  /** One character of a class, spelled as in the pattern. */
  | { readonly kind: 'one'; readonly atom: string; readonly flags: string }
  | { readonly kind: 'edge'; readonly at: 'start' | 'end' }
  | { readonly kind: 'all'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'any'; readonly parts: readonly PatternNode[] }
  | {
      readonly kind: 'repeat';
      readonly part: PatternNode;
      readonly min: number;
      /** Null: without end. */
      readonly max: number | null;
    };

const EMPTY: PatternNode = { kind: 'empty' };
/** A repetition of more is taken for one without end: it costs as much. */
const COUNTED_MAX = 40;

/** `inner`: the bodies of lookarounds, which run by themselves. The source is a valid pattern's. */
export function parsePattern(
  source: string,
  flags: string,
): { readonly root: PatternNode; readonly inner: readonly PatternNode[] } {
  const inner: PatternNode[] = [];
  const groups: PatternNode[] = [];
  let at = 0;

  const alternatives = (): PatternNode => {
    const parts = [sequence()];
    while (source[at] === '|') {
      at += 1;
      parts.push(sequence());
    }
    return parts.length === 1 ? (parts[0] ?? EMPTY) : { kind: 'any', parts };
  };
  const sequence = (): PatternNode => {
    const parts: PatternNode[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') {
      parts.push(repeated(atom()));
    }
    return { kind: 'all', parts };
  };
  const repeated = (part: PatternNode): PatternNode => {
    const found = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(source.slice(at, at + 24));
    if (found === null) return part;
    at += found[0].length;
    const [text, least, comma, most] = found;
    const [min, max]: readonly [number, number | null] =
      text[0] === '*'
        ? [0, null]
        : text[0] === '+'
          ? [1, null]
          : text[0] === '?'
            ? [0, 1]
            : [Number(least), comma === '' ? Number(least) : most === '' ? null : Number(most)];
    const endless = max === null || max > COUNTED_MAX;
    return {
      kind: 'repeat',
      part,
      min: Math.min(min, 2),
      ...(endless ? { max: null } : { max, min }),
    };
  };
  const group = (): PatternNode => {
    const opening = /^\((?:\?(?::|<?[=!]|<[^>]+>|[a-z-]*:))?/.exec(source.slice(at))?.[0] ?? '(';
    at += opening.length;
    const captures = opening === '(' || /^\(\?<[^=!]/.test(opening);
    const nr = groups.length;
    if (captures) groups.push(EMPTY);
    const body = alternatives();
    at += 1; // the closing bracket
    if (captures) groups[nr] = body;
    if (!/[=!]$/.test(opening) || captures) return body;
    inner.push(body);
    return EMPTY;
  };
  const escaped = (): PatternNode => {
    const rest = source.slice(at);
    if (/^\\[bB]/.test(rest)) {
      at += 2;
      return EMPTY;
    }
    const back = /^\\(?:([1-9]\d*)|k<[^>]+>)/.exec(rest);
    if (back !== null) {
      at += back[0].length;
      return groups[Number(back[1] ?? 1) - 1] ?? EMPTY;
    }
    const text =
      /^\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|[\s\S])/.exec(
        rest,
      )?.[0] ?? '\\\\';
    at += text.length;
    return { kind: 'one', atom: text, flags };
  };
  const atom = (): PatternNode => {
    const char = source[at] ?? '';
    if (char === '(') return group();
    if (char === '\\') return escaped();
    if (char === '^' || char === '$') {
      at += 1;
      // With the flag m an edge may be anywhere: then it stands for nothing.
      return flags.includes('m') ? EMPTY : { kind: 'edge', at: char === '^' ? 'start' : 'end' };
    }
    const from = at;
    at = char === '[' ? endOfClass(source, at) : at + charLength(source, at);
    return { kind: 'one', atom: source.slice(from, at), flags };
  };
  const root = alternatives();
  return { root, inner };
}

function endOfClass(source: string, from: number): number {
  let depth = 0;
  for (let at = from; at < source.length; at += 1) {
    const char = source[at];
    if (char === '\\') at += 1;
    else if (char === '[') depth += depth === 0 || source[from + 1] === '[' ? 1 : 0;
    else if (char === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return source.length;
}

function charLength(source: string, at: number): number {
  return (source.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
