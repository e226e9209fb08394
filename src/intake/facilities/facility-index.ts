import type { Tenant } from '../../kernel/tenant.ts';
import { type Facility, matchKey } from './facility.ts';

/** A facility that a text may mean, and by which of its texts. */
export interface Candidate {
  readonly facility: Facility;
  /**
   * `code`: one of the carrier's codes, which identifies one building wherever the report says it
   * is. `name`: words, which other buildings may share; all keys of a learned one are names.
   */
  readonly by: 'code' | 'name';
  /** Its place as it is compared; members are null if they are not known. */
  readonly place: PlaceKeys;
}

export interface PlaceKeys {
  readonly country: string | null;
  readonly region: string | null;
  readonly city: string | null;
  readonly postalCode: string | null;
}

/**
 * All facilities in memory, by what reports may call them. Changed in place, read without waiting.
 */
export interface FacilityIndex {
  readonly size: number;
  get(id: string): Facility | null;
  /** Adds a facility, or replaces the one with the same id. */
  set(facility: Facility): void;
  delete(id: string): void;
  /**
   * Returns the facilities of one owner and one carrier (null: of no particular carrier) with that
   * key.
   */
  find(owner: Tenant | null, carrier: string | null, key: string): readonly Candidate[];
  values(): IterableIterator<Facility>;
}

const NONE: readonly Candidate[] = [];

export function createFacilityIndex(facilities: Iterable<Facility> = []): FacilityIndex {
  const byId = new Map<string, Facility>();
  const byKey = new Map<string, readonly Candidate[]>();

  function remove(id: string): void {
    const known = byId.get(id);
    if (known === undefined) return;
    byId.delete(id);
    for (const [key] of keysOf(known)) {
      const left = (byKey.get(key) ?? NONE).filter(({ facility }) => facility.id !== id);
      if (left.length === 0) byKey.delete(key);
      else byKey.set(key, left);
    }
  }

  function add(facility: Facility): void {
    remove(facility.id);
    byId.set(facility.id, facility);
    const place = placeKeys(facility);
    for (const [key, by] of keysOf(facility)) {
      byKey.set(key, [...(byKey.get(key) ?? NONE), { facility, by, place }]);
    }
  }

  for (const facility of facilities) add(facility);
  return {
    get size() {
      return byId.size;
    },
    get: (id) => byId.get(id) ?? null,
    set: add,
    delete: remove,
    find: (owner, carrier, key) => byKey.get(indexKey(owner, carrier, key)) ?? NONE,
    values: () => byId.values(),
  };
}

/** Returns the members of a place as they are compared. */
export function placeKeys({ country, region, city, postalCode }: PlaceKeys): PlaceKeys {
  return {
    country: keyOrNull(country),
    region: keyOrNull(region),
    city: keyOrNull(city),
    postalCode: keyOrNull(postalCode),
  };
}

function keyOrNull(text: string | null): string | null {
  return text === null ? null : matchKey(text) || null;
}

/**
 * Returns the keys of a facility, each once; a key that is both code and name counts as the code.
 */
function keysOf(facility: Facility): Map<string, Candidate['by']> {
  const { owner, carrier, code, name, aliases, source } = facility;
  const keys = new Map<string, Candidate['by']>();
  for (const text of [name, ...aliases]) {
    const key = matchKey(text);
    if (key !== '') keys.set(indexKey(owner, carrier, key), 'name');
  }
  const key = matchKey(code);
  const isCode = source !== 'learned' && !key.includes(' ');
  keys.set(indexKey(owner, carrier, key), isCode ? 'code' : 'name');
  return keys;
}

/**
 * Returns the key of the index. Keys contain no line feed, so that those of different owners cannot
 * collide.
 */
function indexKey(owner: Tenant | null, carrier: string | null, key: string): string {
  const whose = owner === null ? '' : `${owner.merchantId} ${owner.mode}`;
  return `${whose}\n${carrier ?? ''}\n${key}`;
}
