import { isUuid } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { beginningsOf, type SearchTerm } from './narrow.sql.ts';
import type { PeopleHashes } from './people-hashes.ts';
import { isTooShort } from './people-words.ts';

/** What a user's text finds: a shipment with this id, one that matches `whole`, or all `words`. */
export interface ShipmentSearch {
  readonly id: string | null;
  readonly whole: SearchTerm;
  readonly words: readonly SearchTerm[];
}

/** Words that must match; those after them are left out, and a little more is found. */
const WORDS_MAX = 8;

interface Searching {
  readonly tenant: Tenant;
  /** Null: the caller may not search for people. */
  readonly people: PeopleHashes | null;
  /** Returns a text as numbers, in the spelling of each carrier that has such. */
  readonly numbersOf: (text: string) => readonly string[];
}

/**
 * Interprets a search text: an id; the beginning of an order, a reference, a tag or a word in them;
 * a number or its end; a recipient's phone number; or words of the recipient's name or email
 * address, of which each may be a beginning. Several words narrow the search. While the last one is
 * being typed and too short for the index, it does not count.
 */
export function searchFor(text: string, searching: Searching): ShipmentSearch {
  const { tenant, people, numbersOf } = searching;
  const given = text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const words = given.slice(0, WORDS_MAX);
  if (words.length > 1 && isTooShort(given.at(-1) ?? '') && words.length === given.length) {
    words.pop();
  }
  const textsOf = (each: string) => beginningsOf([each, ...numbersOf(each)]);
  const peopleOf = (word: string) =>
    [people?.ofWord(tenant, word) ?? []].filter(({ length }) => length > 0);
  const phones = people?.ofPhone(tenant, text) ?? [];
  return {
    id: isUuid(text) ? text.toLowerCase() : null,
    whole: {
      texts: textsOf(text),
      people: [...phones.map((phone) => [phone]), ...(given.length > 1 ? [] : peopleOf(text))],
    },
    words:
      given.length > 1
        ? words.map((word) => ({ texts: textsOf(word), people: peopleOf(word) }))
        : [],
  };
}
