import { z } from 'zod';
import { mayArrive, type Status } from '../../../kernel/status.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';
import type { Driver, Reason } from '../../../prediction/index.ts';

/** The last computed prediction. */
export interface StoredPrediction {
  readonly madeAtMs: number;
  readonly source: 'model' | 'carrier' | 'rule' | 'none';
  readonly date: string | null;
  readonly from: string | null;
  readonly to: string | null;
  /** IANA zone of the destination; null: not known. */
  readonly zone: string | null;
  readonly confidence: number;
  readonly late: boolean;
  readonly reasons: readonly Reason[];
  readonly drivers: readonly Driver[];
  readonly modelVersion: number | null;
  readonly featuresHash: string;
  readonly missProbability: number | null;
  readonly isAtRisk: boolean;
}

/** A date that was shown, and its outcome. */
export interface LedgerRow {
  readonly whose: 'ours' | 'carrier' | 'promise';
  readonly source: 'model' | 'carrier' | 'rule' | 'promise';
  readonly shownAtMs: number;
  readonly stage: string;
  readonly date: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly deliveredOn: string | null;
  readonly errorDays: number | null;
}

/**
 * The maximum number of shown dates that are read. A parcel whose date changes often has a row per
 * day; the newest are enough.
 */
const ROWS_MAX = 200;
const NO_DATE = {
  ...({ source: 'none', date: null, from: null, to: null, confidence: 0, late: false } as const),
  reasons: [],
  drivers: [],
  missProbability: null,
  isAtRisk: false,
};
const atRisk = z.object({ isAtRisk: z.boolean() }).catch({ isAtRisk: false });

/**
 * Returns the last prediction of a parcel and the dates shown before; null: there is no prediction.
 */
export async function storedPrediction(
  db: Queryable,
  shipmentId: string,
): Promise<{ prediction: StoredPrediction; shown: LedgerRow[] } | null> {
  const rows = await queryRows<{
    madeAtMs: number;
    source: StoredPrediction['source'];
    date: string | null;
    windowFrom: string | null;
    windowTo: string | null;
    confidence: number;
    late: boolean;
    reasons: { chain?: Reason[]; drivers?: Driver[] };
    modelVersion: number | null;
    featuresHash: string;
    missProbability: number | null;
    warning: unknown;
    status: Status;
    subStatus: string | null;
    destinationZone: string | null;
  }>(db, {
    name: 'stored_prediction',
    text: `select made_at, source, date::text as date, window_from, window_to, confidence, late,
                  reasons, model_version, features_hash, miss_probability, warning, s.status,
                  s.sub_status, s.destination_zone
           from edd_predictions e join shipments s on s.id = e.shipment_id
           where e.shipment_id = $1`,
    values: [shipmentId],
  });
  const [row] = rows;
  if (row === undefined) return null;
  const mayCome = mayArrive(row.status, row.subStatus);
  const prediction = {
    madeAtMs: row.madeAtMs,
    zone: row.destinationZone,
    modelVersion: row.modelVersion,
    featuresHash: row.featuresHash,
  };
  return {
    // The row keeps the last prediction, in case the delivery is retracted.
    prediction:
      !mayCome && row.date !== null
        ? { ...prediction, ...NO_DATE }
        : {
            ...prediction,
            source: row.source,
            date: row.date,
            from: row.windowFrom,
            to: row.windowTo,
            confidence: row.confidence,
            late: row.late,
            reasons: row.reasons.chain ?? [],
            drivers: row.reasons.drivers ?? [],
            missProbability: row.missProbability,
            isAtRisk: mayCome && atRisk.parse(row.warning).isAtRisk,
          },
    shown: await loadLedger(db, shipmentId),
  };
}

async function loadLedger(db: Queryable, shipmentId: string): Promise<LedgerRow[]> {
  const rows = await queryRows<
    Pick<LedgerRow, 'whose' | 'source' | 'stage' | 'date' | 'from' | 'to'> & {
      shownAtMs: number;
      deliveredOn: string | null;
      errorDays: number | null;
    }
  >(db, {
    name: 'ledger_of_shipment',
    text: `select * from (
             select id, whose, source, shown_at, stage, date::text as date,
                    window_from::text as "from", window_to::text as "to",
                    delivered_on::text as delivered_on, error_days
             from edd_promises where shipment_id = $1
             order by shown_at desc, id desc limit $2) newest
           order by shown_at, id`,
    values: [shipmentId, ROWS_MAX],
  });
  return rows.map(({ whose, source, stage, date, from, to, ...row }) => ({
    whose,
    source,
    stage,
    date,
    from,
    to,
    shownAtMs: row.shownAtMs,
    deliveredOn: row.deliveredOn,
    errorDays: row.errorDays,
  }));
}
