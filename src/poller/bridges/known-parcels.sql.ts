import { createHmac } from 'node:crypto';
import type { PollingAccount } from '../../intake/index.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';
import { parcelText, type Registration } from './registrations.sql.ts';

/** The name of the installation's key for these hashes. */
export const PARCELS_KEY = 'bridge_parcels';

type Parcel = Pick<Registration, 'carrier' | 'trackingNumber'>;
/** Whose parcels they are. Another account with the same bridge is taken for the same customer. */
type Owner = Pick<PollingAccount, 'merchantId' | 'mode' | 'carrier' | 'environment'>;

/**
 * Parcels that were ever registered with bridges, as keyed hashes: what remains of a parcel that
 * was deleted, so that it is not paid for again when it is added again.
 */
export interface KnownParcels {
  /**
   * Remembers parcels that are being registered. Returns those that were before, by `parcelText`,
   * and whether their tracking was stopped since.
   */
  remember(
    tx: Queryable,
    owner: Owner,
    parcels: readonly Parcel[],
    nowMs: number,
  ): Promise<ReadonlyMap<string, { readonly isStopped: boolean }>>;
  /** Remembers that trackings are over. */
  stopped(tx: Queryable, owner: Owner, parcels: readonly Parcel[], nowMs: number): Promise<void>;
  /** Forgets parcels that certainly were not registered. */
  forget(tx: Queryable, owner: Owner, parcels: readonly Parcel[]): Promise<void>;
}

/** @param key 32 bytes that never change; asked for with the first registration. */
export function createKnownParcels(key: () => Promise<Uint8Array>): KnownParcels {
  let known: Promise<Uint8Array> | null = null;
  async function hashes(owner: Owner, parcels: readonly Parcel[]): Promise<readonly Buffer[]> {
    known ??= key().catch((error: unknown) => {
      known = null;
      throw error;
    });
    const secret = await known;
    return parcels.map((parcel) => {
      const { merchantId, mode, carrier, environment } = owner;
      const text = JSON.stringify([merchantId, mode, carrier, environment, parcelText(parcel)]);
      return createHmac('sha256', secret).update(text).digest();
    });
  }
  const keyOf = ({ merchantId, mode, carrier }: Owner) => [merchantId, mode, carrier];
  const KEY = '(k.merchant_id, k.mode, k.bridge) = ($1, $2, $3)';
  return {
    async remember(tx, owner, parcels, nowMs) {
      if (parcels.length === 0) return new Map();
      const all = await hashes(owner, parcels);
      const rows = await queryRows<{ hash: string; isStopped: boolean }>(tx, {
        name: 'known_parcels',
        text: `select encode(k.parcel_hash, 'hex') as hash, k.stopped_at is not null as is_stopped
               from bridge_parcels k where ${KEY} and k.parcel_hash = any($4::bytea[])`,
        values: [...keyOf(owner), all],
      });
      await tx.query({
        name: 'remember_parcels',
        text: `insert into bridge_parcels (merchant_id, mode, bridge, parcel_hash, registered_at)
               select $1, $2, $3, hash, to_timestamp($5::float8 / 1000.0)
               from unnest($4::bytea[]) as hash on conflict do nothing`,
        values: [...keyOf(owner), all, nowMs],
      });
      const before = new Map(rows.map((row) => [row.hash, row]));
      return new Map(
        parcels.flatMap((parcel, index) => {
          const row = before.get(all[index]?.toString('hex') ?? '');
          return row === undefined ? [] : [[parcelText(parcel), { isStopped: row.isStopped }]];
        }),
      );
    },
    async stopped(tx, owner, parcels, nowMs) {
      if (parcels.length === 0) return;
      await tx.query({
        name: 'stop_known_parcels',
        text: `update bridge_parcels k set stopped_at = to_timestamp($5::float8 / 1000.0)
               where ${KEY} and k.parcel_hash = any($4::bytea[])`,
        values: [...keyOf(owner), await hashes(owner, parcels), nowMs],
      });
    },
    async forget(tx, owner, parcels) {
      if (parcels.length === 0) return;
      await tx.query({
        name: 'forget_parcels',
        text: `delete from bridge_parcels k where ${KEY} and k.parcel_hash = any($4::bytea[])`,
        values: [...keyOf(owner), await hashes(owner, parcels)],
      });
    },
  };
}

/** After this, a number may belong to another parcel: carriers use numbers again. */
const REMEMBERED_MS = 180 * 86_400_000;

/** Forgets parcels that were registered long ago. */
export async function forgetOldParcels(db: Queryable, nowMs: number): Promise<void> {
  await db.query({
    name: 'forget_old_parcels',
    text: 'delete from bridge_parcels where registered_at < to_timestamp($1::float8 / 1000.0)',
    values: [nowMs - REMEMBERED_MS],
  });
}
