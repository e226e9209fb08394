import { z } from 'zod';
import { readShippedYaml } from '../../../platform/settings/yaml-settings.ts';

const words = z.array(z.string()).min(1);

const file = z.strictObject({
  sources: z.strictObject({ read: words, unread: words }),
  titles: z.record(z.string(), z.array(words)),
  people: words,
  payers: words,
  contact: words,
  members: z.record(z.string(), words),
});

/** The titles of each column, as `plainTitle` writes them, the best first. */
const TITLES = readTitles();

function readTitles(): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const url = new URL('../../../../config/column-titles.yaml', import.meta.url);
  const { titles, people, payers, contact, members } = readShippedYaml(url, file);
  const own = Object.entries(titles).map(([column, lists]) => [column, lists.flat()] as const);
  const combined = Object.entries(members).map(([column, names]) => {
    const of = contact.includes(column) ? [...people, ...payers] : people;
    const withPeople = of.flatMap((each) =>
      names.flatMap((name) => [`${each} ${name}`, `${name} ${each}`]),
    );
    return [column, [...withPeople, ...names]] as const;
  });
  // People's columns first, so that a bare `Name` is an order only where somebody else has a name.
  return new Map(
    [...combined, ...own].map(([column, list]) => {
      const ranked = [...new Set([column, ...list].map(plainTitle))];
      return [column, new Map(ranked.map((title, rank) => [title, rank]))];
    }),
  );
}

/**
 * Returns the column that each title of a header means; empty for none. Of several titles for one
 * column, the best one counts; the same title twice is left to the caller.
 */
export function columnsMeant(titles: readonly string[]): readonly string[] {
  const plain = titles.map(plainTitle);
  const meant = titles.map(() => '');
  for (const [column, ranks] of TITLES) {
    const free = plain.filter((title, at) => meant[at] === '' && ranks.has(title));
    const [best] = free.sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
    if (best === undefined) continue;
    for (const [at, title] of plain.entries()) if (title === best) meant[at] = column;
  }
  return meant;
}

/** `Ship To - Postal Code`, `shipToPostalCode` and `ship_to_postal_code` are the same title. */
function plainTitle(title: string): string {
  return title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}
