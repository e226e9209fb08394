import { uuidV7 } from '../../../kernel/ids.ts';
import type { Status } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { systemRandom } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database.ts';
import type { Whose } from './accuracy-query.ts';

/** A date that was shown, as tests write it; what is left out is as usual. */
export interface TestPromise {
  readonly whose?: Whose;
  readonly source?: 'model' | 'carrier' | 'rule' | 'promise';
  readonly shownAt?: string;
  readonly stage?: Status;
  readonly carrier?: string;
  readonly service?: string;
  readonly lane?: string;
  readonly date: string;
  readonly window?: readonly [from: string | null, to: string | null];
  readonly missProbability?: number | null;
  readonly warned?: boolean;
  readonly atHandOver?: boolean;
}

/** A parcel with what was shown of it; answers its id. Not delivered yet: null. */
export async function writeLedger(
  { pipeline }: Database,
  tenant: Tenant,
  deliveredOn: string | null,
  promises: readonly TestPromise[],
): Promise<string> {
  const id = newId();
  await pipeline.query(
    `insert into shipments (id, merchant_id, mode, shard, carrier, tracking_number, facts_from,
       created_at, updated_at)
     values ($1::uuid, $2, $3, 0, 'acme', $1::text, now(), now(), now())`,
    [id, tenant.merchantId, tenant.mode],
  );
  for (const it of promises) {
    const { whose = 'ours', window = [null, null] } = it;
    const source = it.source ?? { ours: 'model', carrier: 'carrier', promise: 'promise' }[whose];
    await pipeline.query(
      `insert into edd_promises (id, merchant_id, mode, shipment_id, whose, source, shown_at, stage,
         carrier, service_level, lane, date, window_from, window_to, miss_probability, warned,
         delivered_on, at_hand_over)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
      [
        ...[newId(), tenant.merchantId, tenant.mode, id, whose, source],
        ...[it.shownAt ?? '2026-03-01T12:00:00Z', it.stage ?? 'in_transit'],
        ...[it.carrier ?? 'acme', it.service ?? 'standard', it.lane ?? 'DE-10 → AT-10', it.date],
        ...[...window, it.missProbability ?? null, it.warned ?? false],
        ...[deliveredOn, it.atHandOver ?? true],
      ],
    );
  }
  return id;
}

function newId(): string {
  return uuidV7(Date.UTC(2026, 2, 1), systemRandom(10));
}
