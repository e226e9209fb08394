import { uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { ParcelAddress } from '../parcel-info.ts';
import { keyedHash } from '../recognize.ts';
import type { CourierParcelRow } from './courier-parcels.sql.ts';

/** The lookup hash of an address; null: the street is unknown, so it matches no other address. */
export function addressHash(
  key: Uint8Array,
  tenant: Tenant,
  address: ParcelAddress | undefined,
): Buffer | null {
  if (address === undefined || address.lines.length === 0) return null;
  const { lines, postalCode, city, country } = address;
  const text = [...lines, postalCode, city, country]
    .map((part) => (part ?? '').toLowerCase().replaceAll(/[\s.,-]+/g, ''))
    .join('|');
  return keyedHash(key, tenant, 'address', text);
}

type Stopping = Pick<CourierParcelRow, 'stop_id' | 'address_hash' | 'done_at'>;

/** A courier's stops by address, so that another parcel for the same address joins its stop. */
export class Stops {
  readonly #byAddress = new Map<string, string>();
  readonly #newId: () => string;

  constructor(rows: readonly Stopping[], newId: () => string) {
    this.#newId = newId;
    for (const { stop_id: id, address_hash: hash, done_at: doneAt } of rows) {
      if (hash !== null && doneAt === null) this.#byAddress.set(hash.toString('hex'), id);
    }
  }

  /** The stop at that address, created if missing. */
  at(hash: Uint8Array | null): string {
    if (hash === null) return this.#newId();
    const key = Buffer.from(hash).toString('hex');
    const known = this.#byAddress.get(key);
    if (known !== undefined) return known;
    const made = this.#newId();
    this.#byAddress.set(key, made);
    return made;
  }
}

/** Ids of stops, parcels and notices. */
export function idMaker(nowMs: number, random: (bytes: number) => Uint8Array): () => string {
  return () => uuidV7(nowMs, random(10));
}
