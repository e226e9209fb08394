/**
 * A value whose text PostgreSQL can hold, as text and as JSON: NUL and half surrogate pairs, at
 * any depth and in names of members, become U+FFFD. One such character in what a carrier's adapter
 * made would else fail the whole transaction, and everybody else's data with it. Bytes stay as
 * they are; what holds nothing of the kind comes back as it is, and is not copied.
 */
export function storable<T>(value: T): T {
  return cleaned(value) as T;
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) {
    const items = value.map(cleaned);
    return items.some((item, nr) => item !== value[nr]) ? items : value;
  }
  let isSame = true;
  const members = Object.entries(value).map(([name, member]) => {
    const after = [cleanText(name), cleaned(member)] as const;
    isSame &&= after[0] === name && after[1] === member;
    return after;
  });
  return isSame ? value : Object.fromEntries(members);
}

const ANY = /[\0\p{Cs}]/u;
const HALF_PAIR = /\p{Cs}/gu;

function cleanText(text: string): string {
  // Nearly every text is fine; replacing nothing would copy it all the same.
  if (!ANY.test(text)) return text;
  return text.replaceAll('\0', '\uFFFD').replace(HALF_PAIR, '\uFFFD');
}
