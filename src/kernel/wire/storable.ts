/**
 * A value whose text PostgreSQL can hold, as text and as JSON: NUL and half surrogate pairs, at
 * any depth and in names of members, become U+FFFD. One such character in what a carrier's adapter
 * made would else fail the whole transaction, and everybody else's data with it. Bytes stay as
 * they are; what holds nothing of the kind comes back as it is, and is not copied.
 */
export function storable<T>(value: T): T {
  return cleaned(value) as T;
}

/** Looks before it copies: this goes through all that every carrier sends, and hardly ever finds anything. */
function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return isClean(value) ? value : value.map(cleaned);
  if (isClean(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [cleanText(name), cleaned(member)]),
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

const ANY = /[\0\p{Cs}]/u;
const HALF_PAIR = /\p{Cs}/gu;

/** Nearly every text is clean, and a replacement without matches would still copy it. */
function isCleanText(text: string): boolean {
  return !ANY.test(text);
}

function cleanText(text: string): string {
  return isCleanText(text) ? text : text.replaceAll('\0', '\uFFFD').replace(HALF_PAIR, '\uFFFD');
}
