import { parseJsonOrNull } from 'waybill/adapter';
import type { Random } from 'waybill/adapter/kit';

/** Values in the wrong place, as careless senders and attackers send them in JSON. */
const ODD_VALUES: readonly [unknown, ...unknown[]] = [
  null,
  true,
  '',
  ' ',
  0,
  -1,
  1e308,
  12_345_678_901_234,
  'constructor',
  '__proto__',
  'toString',
  '\u0000\ud800',
  '2026-02-30T25:61:61+99:99',
  '0000-00-00',
  'x'.repeat(5_000),
  [],
  {},
  [[[[[]]]]],
  [null],
  { length: 3 },
];

/** Returns a copy of a payload with something odd in it, as JSON or else as markup. */
export function mutatePayload(text: string, random: Random): string {
  const json = parseJsonOrNull(text);
  return json === null
    ? mutateMarkup(text, random)
    : JSON.stringify(mutateJson(json.value, random));
}

/** Replaces the text of one to three elements with something odd, or removes them. */
function mutateMarkup(text: string, random: Random): string {
  let mutant = text;
  for (let i = random.below(3); i >= 0; i -= 1) {
    const leaves = [...mutant.matchAll(LEAF)];
    const leaf = leaves[random.below(leaves.length)];
    if (leaf === undefined) return mutant;
    const [whole, name = ''] = leaf;
    const odd = `<${name}>${escaped(random.pick(ODD_VALUES))}</${name}>`;
    const end = leaf.index + whole.length;
    const instead = random.below(4) === 0 ? '' : odd;
    mutant = mutant.slice(0, leaf.index) + instead + mutant.slice(end);
  }
  return mutant;
}

/** Matches an element without attributes and without child elements. */
const LEAF = /<([A-Za-z_][\w.:-]*)>[^<]*<\/\1>/g;

function escaped(odd: unknown): string {
  const text = typeof odd === 'string' ? odd : JSON.stringify(odd);
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** Returns a copy of `value` with something odd, or nothing, in one to three random places. */
function mutateJson(value: unknown, random: Random): unknown {
  const copy = structuredClone(value);
  for (let i = random.below(3); i >= 0; i -= 1) mutateRandomPlace(copy, random);
  return copy;
}

function mutateRandomPlace(root: unknown, random: Random): void {
  const places: { readonly holder: object; readonly key: string }[] = [];
  collectPlaces(root, places);
  const place = places[random.below(places.length)];
  if (place === undefined) return;
  if (random.below(4) === 0) Reflect.deleteProperty(place.holder, place.key);
  else Reflect.set(place.holder, place.key, structuredClone(random.pick(ODD_VALUES)));
}

function collectPlaces(value: unknown, places: { holder: object; key: string }[]): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    places.push({ holder: value, key });
    collectPlaces(member, places);
  }
}

/** Returns a copy with every list in another order, at every depth. */
export function shuffleLists(value: unknown, random: Random): unknown {
  if (Array.isArray(value)) return random.shuffle(value).map((item) => shuffleLists(item, random));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, shuffleLists(member, random)]),
  );
}
