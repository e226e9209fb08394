import type { Registry } from '../registry/registry.ts';
import { shippedCatalogue } from './catalogue.ts';
import { shipmentCarrierIds } from './shipment-carriers.ts';

/** The carriers, by id, that a name may mean: none, one, or several that it fits alike. */
export type CarriersCalled = readonly string[];

/**
 * Words that say what a carrier does, not which one it is: a name of only such words is none.
 */
const COMMON = new Set(
  (
    'air best cargo city courier delivery direct domestic economy express fast first ground home ' +
    'international land local logistics mail next one parcel parcels post postal poste posta priority ' +
    'return sea service services ship shipping sky speed standard star track tracked tracking ' +
    'transport world'
  ).split(' '),
);
/** Longer texts name no carrier. */
const WORDS_MAX = 16;

/**
 * Returns the carriers whose parcels can be tracked here and that people, shops, plug-ins and other
 * APIs call so: by their id, name or code, in any case and with any separators and marks, among other
 * words such as a service or a country. Only whole words count, so that a word that merely begins like
 * a name is none. The longest name in the text decides: a carrier's mail service may be another. Pure.
 */
export function carriersCalled(registry: Registry, text: string): CarriersCalled {
  const names = namesOf(registry);
  const words = wordsOf(text);
  const whole = names.whole.get(words.join(''));
  if (whole !== undefined || words.length > WORDS_MAX) return whole ?? [];
  const found: { readonly from: number; readonly to: number; readonly ids: CarriersCalled }[] = [];
  for (let from = 0; from < words.length; from += 1) {
    for (let to = words.length; to > from; to -= 1) {
      const ids = names.within.get(words.slice(from, to).join(' '));
      if (ids !== undefined) found.push({ from, to, ids });
    }
  }
  const longest = found.filter(
    (one) => !found.some((other) => other !== one && other.from <= one.from && one.to <= other.to),
  );
  return [...new Set(longest.flatMap(({ ids }) => ids))].sort();
}

interface Names {
  /** The ids by the words of each name, without blanks between them. */
  readonly whole: ReadonlyMap<string, CarriersCalled>;
  /** The ids by the words of each name that may have others beside it. */
  readonly within: ReadonlyMap<string, CarriersCalled>;
}

const read = new WeakMap<Registry, Names>();

function namesOf(registry: Registry): Names {
  const known = read.get(registry) ?? readNames(registry);
  read.set(registry, known);
  return known;
}

function readNames(registry: Registry): Names {
  const whole = new Map<string, string[]>();
  const within = new Map<string, string[]>();
  const hasAdapter = (id: string) => registry.get(id) !== undefined;
  // Of carriers with the same name, those with an adapter come first, and alone.
  const add = (names: Map<string, string[]>, name: string, id: string) => {
    const ids = names.get(name) ?? [];
    if (ids.includes(id) || (ids.some(hasAdapter) && !hasAdapter(id))) return;
    names.set(name, [...ids, id]);
  };
  const all = shipmentCarrierIds(registry);
  for (const id of all) {
    const listed = shippedCatalogue().get(id);
    const codes = Object.values(listed?.codes ?? {}).flatMap((each) => each ?? []);
    const names = [registry.get(id)?.manifest.displayName, listed?.name, listed?.names, codes];
    for (const name of [id, ...names.flat(), ...(listed?.words ?? [])]) {
      const words = wordsOf(name ?? '');
      // Also 17TRACK's codes, which are numbers.
      if (words.every((word) => COMMON.has(word) || /^(?:\d+|.)$/u.test(word))) continue;
      add(whole, words.join(''), id);
      add(within, words.join(' '), id);
    }
  }
  // The longest name decides, and this one's carrier is none of ours.
  for (const name of shippedCatalogue().unknown) within.set(wordsOf(name).join(' '), []);
  // An id is unique, and nobody else's other name takes it.
  for (const id of all) whole.set(wordsOf(id).join(''), [id]);
  return { whole, within };
}

function wordsOf(text: string): readonly string[] {
  return text
    .replace(/\p{So}/gu, ' ')
    .normalize('NFKD')
    .replace(/[\p{M}’']/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
