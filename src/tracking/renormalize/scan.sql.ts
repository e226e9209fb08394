import type { CodeMatch } from '../../adapters/contract/contract.ts';
import { definedOnly } from '../../kernel/defined-only.ts';
import type { ReadStatus } from '../../kernel/status.ts';
import type { Reading } from '../../normalization/index.ts';
import type { Queryable } from '../../platform/database/database.ts';
import {
  queryColumn,
  queryRows,
  queryValue,
  type Row,
} from '../../platform/database/query-rows.ts';
import type { Fact } from '../facts/history.ts';
import { ruleOf, type StoredRule } from '../facts/short-forms.ts';

/** Which facts of a carrier to read. */
export interface Scope {
  /** Only facts that have all codes of any of these; null means all facts. */
  readonly codes: readonly CodeMatch[] | null;
  /** Only this merchant's facts; null means everybody's. */
  readonly merchantId: string | null;
}

/** Facts with the same reading: either all of them change, or none. */
export interface FactGroup extends Pick<Fact, 'codes' | 'reading' | 'reportedLogical' | 'neutral'> {
  /** The merchant, if it has rules of its own; null for any other. */
  readonly merchantId: string | null;
  readonly facts: number;
  /** The shipments' ids as `{id,id,…}`, one for each fact; parsed only where they are needed. */
  readonly shipments: string;
}

/** Returns the merchants with rules of their own for this carrier. */
export function merchantsWithRules(db: Queryable, carrier: string): Promise<string[]> {
  return queryColumn<string>(db, {
    name: 'merchants_with_rules',
    text: `select merchant_id from mapping_overlays
           where carrier = $1 and merchant_id is not null and text <> ''`,
    values: [carrier],
  });
}

/**
 * Returns the last id of the next window of shipments, of any carrier; null if no more are left.
 * The scan uses the primary key, because an index of its own would make every change of every
 * shipment slower, and because facts recorded around the same time are stored close together.
 */
export function windowEnd(
  db: Queryable,
  afterId: string,
  shipments: number,
): Promise<string | null> {
  return queryValue<string>(db, {
    name: 'renormalize_window_end',
    text: `select id from (select id from shipments where id > $1 order by id limit $2) as w
           order by id desc limit 1`,
    values: [afterId, shipments],
  });
}

interface FactWithObservation
  extends Row<
    'facts',
    | 'reportedLogical'
    | 'reason'
    | 'milestone'
    | 'logical'
    | 'hidden'
    | 'known'
    | 'reviewed'
    | 'correction'
    | 'returnCancelled'
    | 'textKey'
  > {
  merchantId: string | null;
  codes: CodeMatch;
  status: ReadStatus;
  rule: StoredRule;
  neutralReading: Reading | null;
  facts: number;
  shipments: string;
}

/** The columns of a reading's input and of its whole result, except the version. */
const READ_ALIKE = `f.codes, f.reported_logical, f.status, f.reason, f.milestone, f.logical, f.hidden,
  f.known, f.reviewed, f.correction, f.return_cancelled, f.rule, f.text_key, f.neutral_reading`;

const GROUPED = `
  select case when s.merchant_id = any($2::uuid[]) then s.merchant_id end as merchant_id,
         ${READ_ALIKE}, count(*)::int as facts, array_agg(f.shipment_id)::text as shipments`;

/** A bridge's facts are among those of every carrier. */
const IN_SCOPE = `s.deleted_at is null and ($3::uuid is null or s.merchant_id = $3)
  and case f.source when 'carrier' then s.carrier = $1 when 'bridge' then f.bridge = $1 else false end`;
const FACT_IN_SCOPE = `($4::jsonb[] is null or f.codes @> any($4))`;

/**
 * Returns the carrier's facts of a window, grouped by the server: a million facts have a few
 * hundred different readings, so the result is one row per reading and 37 bytes per fact, and no
 * fact is parsed. Both ends of the window are given, so that both tables are read by their primary
 * keys.
 */
export async function groupsOfWindow(
  db: Queryable,
  about: ScanOf,
  afterId: string,
  untilId: string,
): Promise<FactGroup[]> {
  const rows = await queryRows<FactWithObservation>(db, {
    text: `${GROUPED}
           from shipments s join facts f on f.shipment_id = s.id
           where s.id > $5 and s.id <= $6 and f.shipment_id > $5 and f.shipment_id <= $6
             and ${IN_SCOPE} and ${FACT_IN_SCOPE}
           group by 1, ${READ_ALIKE}`,
    values: [...valuesOf(about), afterId, untilId],
  });
  return rows.map(toGroup);
}

/**
 * Returns the carrier's facts recorded in a time range (`from` inclusive, `to` exclusive), grouped.
 */
export async function groupsRecorded(
  db: Queryable,
  about: ScanOf,
  fromMs: number,
  toMs: number,
): Promise<FactGroup[]> {
  const rows = await queryRows<FactWithObservation>(db, {
    text: `${GROUPED}
           from facts f join shipments s on s.id = f.shipment_id
           where f.created_at >= to_timestamp($5 / 1000.0)
             and f.created_at < to_timestamp($6 / 1000.0) and ${IN_SCOPE} and ${FACT_IN_SCOPE}
           group by 1, ${READ_ALIKE}`,
    values: [...valuesOf(about), fromMs, toMs],
  });
  return rows.map(toGroup);
}

interface ScanOf extends Scope {
  readonly carrier: string;
  /** Merchants whose facts go into groups of their own. */
  readonly merchantsWithOwnRules: readonly string[];
}

function valuesOf({ carrier, merchantsWithOwnRules, merchantId, codes }: ScanOf): unknown[] {
  return [
    carrier,
    merchantsWithOwnRules,
    merchantId,
    codes?.map((match) => JSON.stringify(match)) ?? null,
  ];
}

/** Converts a row to a group of equal facts. */
function toGroup({
  merchantId,
  codes,
  reportedLogical,
  neutralReading,
  facts,
  shipments,
  textKey,
  rule,
  ...reading
}: FactWithObservation): FactGroup {
  return {
    merchantId,
    codes,
    ...definedOnly({
      reportedLogical: reportedLogical ?? undefined,
      neutral: neutralReading ?? undefined,
    }),
    reading: {
      ...reading,
      rule: ruleOf(rule, codes),
      mappingVersion: '',
      ...definedOnly({ text: textKey ?? undefined }),
    },
    facts,
    shipments,
  };
}

export interface NumberOfShard {
  readonly shard: number;
  readonly carrier: string;
  readonly trackingNumber: string;
}

/** Returns the numbers of these shipments, each once; shipments deleted meanwhile are left out. */
export async function numbersOfShipments(
  db: Queryable,
  ids: readonly string[],
): Promise<NumberOfShard[]> {
  return queryRows<NumberOfShard>(db, {
    name: 'numbers_of_shipments',
    text: `select distinct shard, carrier, tracking_number from shipments
           where id = any($1::uuid[]) and deleted_at is null order by shard, tracking_number`,
    values: [ids],
  });
}
