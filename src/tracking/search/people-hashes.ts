import { createHmac } from 'node:crypto';
import type { Tenant } from '../../kernel/tenant.ts';
import { indexedEntries, type People, phoneEntries, wantedEntries } from './people-words.ts';

/**
 * A keyed hash, as PostgreSQL writes a bigint. Two of a merchant's million recipients share one by
 * chance once in a million searches.
 */
type Hash = string;

/** Computes hashes by which a shipment's people are found, and which do not reveal them. */
export interface PeopleHashes {
  /** Returns the hashes of a recipient's names, email address and phone number, in order. */
  of(tenant: Tenant, people: People): readonly Hash[];
  /** Returns the hashes that a recipient found by a text without spaces has, all of them. */
  ofWord(tenant: Tenant, text: string): readonly Hash[];
  /** Returns hashes of a phone number, any of which is enough; none if the text is no such. */
  ofPhone(tenant: Tenant, text: string): readonly Hash[];
}

/** The name of the installation's key for these hashes. */
export const PEOPLE_KEY = 'people';

/** @param key 32 bytes that never change: the stored hashes depend on them. */
export function createPeopleHashes(key: Uint8Array): PeopleHashes {
  function hashed({ merchantId, mode }: Tenant, entries: readonly string[]): readonly Hash[] {
    if (entries.length === 0) return [];
    const ownKey = createHmac('sha256', key).update(`${merchantId} ${mode}`).digest();
    const hashes = entries.map((entry) =>
      createHmac('sha256', ownKey).update(entry).digest().readBigInt64BE(),
    );
    // Sorted, so that the order of an array says nothing about which belong to one word.
    return [...BigInt64Array.from(hashes).sort()].map(String);
  }
  return {
    of: (tenant, people) => hashed(tenant, indexedEntries(people)),
    ofWord: (tenant, text) => hashed(tenant, wantedEntries(text)),
    ofPhone: (tenant, text) => hashed(tenant, phoneEntries(text, null)),
  };
}
