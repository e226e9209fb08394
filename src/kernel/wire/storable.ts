/**
 * Returns a value that PostgreSQL can store as text and JSON: NUL and half surrogate pairs, at any
 * depth and in names of members, become U+FFFD. One such character in an adapter's output would
 * otherwise fail the whole transaction, with everybody else's data. Bytes are unchanged; a value
 * without such characters is returned as it is, and is not copied.
 */
export function storable<T>(value: T): T {
  return withStorableTexts(value) as T;
}

/**
 * Checks before it copies: this is applied to everything that carriers send, and hardly ever finds
 * anything.
 */
function withStorableTexts(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return isClean(value) ? value : value.map(withStorableTexts);
  if (isClean(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [cleanText(name), withStorableTexts(member)]),
  );
}

function isClean(value: unknown): boolean {
  if (typeof value === 'string') return isCleanText(value);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (!isClean(item)) return false;
    return true;
  }
  const members = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(members)) {
    if (!isCleanText(name) || !isClean(members[name])) return false;
  }
  return true;
}

const UNSTORABLE = /[\0\p{Cs}]/u;
const HALF_PAIR = /\p{Cs}/gu;

/** Nearly every text is clean, and a replacement without matches would still copy it. */
function isCleanText(text: string): boolean {
  return !UNSTORABLE.test(text);
}

function cleanText(text: string): string {
  return isCleanText(text) ? text : text.replaceAll('\0', '\uFFFD').replace(HALF_PAIR, '\uFFFD');
}
