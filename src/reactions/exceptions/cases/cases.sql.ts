import { DEMO_TENANT, type Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryColumn, queryRow, queryRows } from '../../../platform/database/query-rows.ts';
import type { CaseKind, ExceptionCase, WaitingFor } from './case.ts';

/**
 * The columns are listed by name: a prepared `select *` fails in every running process when a
 * migration adds a column.
 */
const COLUMNS = `
  id, merchant_id, mode, shipment_id, carrier, kind, reason, state, waiting_for, outcome,
  closed_how, opened_by, trigger, attempts, owner, opened_at, updated_at, deadline_at,
  overdue_at, closed_at, return_commanded_at, return_shipment_id, lane, facility,
  tracking_number`;

/** The cases of a shipment that the current role may see, oldest first. */
export async function casesOfShipment(db: Queryable, shipmentId: string): Promise<ExceptionCase[]> {
  return queryRows<ExceptionCase>(db, {
    name: 'cases_of_shipment',
    text: `select ${COLUMNS} from exception_cases where shipment_id = $1 order by opened_at, id`,
    values: [shipmentId],
  });
}

/** Returns a case; null when the current role may see no such case. */
export async function caseById(db: Queryable, id: string): Promise<ExceptionCase | null> {
  return queryRow<ExceptionCase>(db, {
    name: 'case_by_id',
    text: `select ${COLUMNS} from exception_cases where id = $1`,
    values: [id],
  });
}

/** Returns those of the shipments that have an open case. */
export async function shipmentsWithOpenCases(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<ReadonlySet<string>> {
  return new Set(
    await queryColumn<string>(db, {
      name: 'shipments_with_open_cases',
      text: `select distinct shipment_id from exception_cases
           where shipment_id = any($1::uuid[]) and state = 'open'`,
      values: [shipmentIds],
    }),
  );
}

/** Counts the open cases in which the tenant has to act, up to `max`. */
export async function countCasesForMerchant(
  db: Queryable,
  nowMs: number,
  max: number,
): Promise<number> {
  const [row] = await queryRows<{ count: number }>(db, {
    name: 'count_cases_for_merchant',
    text: `select count(*)::int as count from (
             select from exception_cases
             where state = 'open' and tracking_number is not null and ${isForMerchantAt('$2')}
             limit $1
           ) open`,
    values: [max, nowMs],
  });
  return row?.count ?? 0;
}

/** Returns shipments with open cases, newest cases first; at most `limit`. */
export function shipmentsOfOpenCases(db: Queryable, limit: number): Promise<readonly string[]> {
  return queryColumn<string>(db, {
    name: 'shipments_of_open_cases',
    text: `select shipment_id from exception_cases
           where state = 'open' and tracking_number is not null
           order by opened_at desc limit $1`,
    values: [limit],
  });
}

/** Returns those of the shipments that never had a case. */
export function shipmentsWithoutCases(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<readonly string[]> {
  return queryColumn<string>(db, {
    name: 'shipments_without_cases',
    text: `select id from unnest($1::uuid[]) as id
           where not exists (select from exception_cases c where c.shipment_id = id)`,
    values: [shipmentIds],
  });
}

export async function insertCase(db: Queryable, it: ExceptionCase): Promise<void> {
  await db.query({
    name: 'insert_exception_case',
    text: `insert into exception_cases (id, merchant_id, mode, shipment_id, carrier, kind, reason,
             waiting_for, opened_by, trigger, attempts, owner, opened_at, updated_at, deadline_at,
             lane, facility, tracking_number)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
             to_timestamp($13 / 1000.0), to_timestamp($14 / 1000.0),
             to_timestamp($15::float8 / 1000.0), $16, $17, $18)`,
    values: [
      it.id,
      it.merchantId,
      it.mode,
      it.shipmentId,
      it.carrier,
      it.kind,
      it.reason,
      it.waitingFor,
      it.openedBy,
      it.trigger,
      it.attempts,
      it.owner,
      it.openedAtMs,
      it.updatedAtMs,
      it.deadlineAtMs,
      it.lane,
      it.facility,
      it.trackingNumber,
    ],
  });
}

/** Stores all members of a case that may change. */
export async function updateCase(db: Queryable, it: ExceptionCase): Promise<void> {
  await db.query({
    name: 'update_exception_case',
    text: `update exception_cases set reason = $2, state = $3, waiting_for = $4, outcome = $5,
             closed_how = $6, trigger = $7, attempts = $8, owner = $9,
             updated_at = to_timestamp($10 / 1000.0),
             deadline_at = to_timestamp($11::float8 / 1000.0),
             overdue_at = to_timestamp($12::float8 / 1000.0),
             closed_at = to_timestamp($13::float8 / 1000.0),
             return_commanded_at = to_timestamp($14::float8 / 1000.0),
             return_shipment_id = $15, opened_by = $16
           where id = $1`,
    values: [
      it.id,
      it.reason,
      it.state,
      it.waitingFor,
      it.outcome,
      it.closedHow,
      it.trigger,
      it.attempts,
      it.owner,
      it.updatedAtMs,
      it.deadlineAtMs,
      it.overdueAtMs,
      it.closedAtMs,
      it.returnCommandedAtMs,
      it.returnShipmentId,
      it.openedBy,
    ],
  });
}

/** Returns open cases, except `exceptIds`, whose deadline has passed without an announcement. */
export async function overdueCases(
  db: Queryable,
  nowMs: number,
  limit: number,
  exceptIds: readonly string[],
): Promise<ExceptionCase[]> {
  return queryRows<ExceptionCase>(db, {
    name: 'overdue_cases',
    text: `select ${COLUMNS} from exception_cases
           where state = 'open' and overdue_at is null and deadline_at <= to_timestamp($1 / 1000.0)
             and id <> all($3::uuid[])
           order by deadline_at limit $2`,
    values: [nowMs, limit, exceptIds],
  });
}

export interface CaseFilter {
  readonly ids?: readonly string[];
  readonly state?: ExceptionCase['state'];
  readonly kind?: CaseKind;
  readonly reason?: string;
  readonly carrier?: string;
  readonly waitingFor?: WaitingFor;
  /** Null: cases without an owner. */
  readonly owner?: string | null;
  readonly shipmentId?: string;
  /** Only cases that wait for the merchant, or whose other answer had not come by this time. */
  readonly forMerchantAtMs?: number;
  /** Only cases whose deadline is before this time. */
  readonly dueBeforeMs?: number;
}

export interface CasePage {
  readonly filter: CaseFilter;
  /** The last case of the previous page; null: this is the first page. */
  readonly after: { readonly at: string; readonly id: string } | null;
  readonly limit: number;
  /** The nearest deadline first, then the oldest; absent: newest first. */
  readonly isByUrgency?: boolean;
}

/** What `isByUrgency` orders by: a case without a deadline is ranked as if it had a year. */
const URGENCY = `coalesce(c.deadline_at, c.opened_at + interval '365 days')`;

/** The condition of `CaseFilter.forMerchantAtMs`, whose value is this parameter. */
function isForMerchantAt(parameter: string): string {
  return `(waiting_for = 'merchant' or deadline_at <= to_timestamp(${parameter} / 1000.0))`;
}

/** A case in a list, with the cursor for the next page. */
export interface ListedCase {
  readonly exceptionCase: ExceptionCase;
  /** The time the list is ordered by, to the microsecond, which a Date does not hold. */
  readonly at: string;
}

/**
 * Lists cases. Tenant null: those of every merchant, for operators; without those of the demo,
 * which are invented.
 */
export async function listCases(
  db: Queryable,
  tenant: Tenant | null,
  { filter, after, limit, isByUrgency = false }: CasePage,
): Promise<ListedCase[]> {
  const orderColumn = isByUrgency ? URGENCY : 'c.opened_at';
  const values: unknown[] = [];
  const where: string[] = [];
  const addCondition = (text: (parameter: string) => string, value: unknown) => {
    values.push(value);
    where.push(text(`$${values.length}`));
  };
  if (tenant !== null) {
    addCondition((parameter) => `c.merchant_id = ${parameter}`, tenant.merchantId);
    addCondition((parameter) => `c.mode = ${parameter}`, tenant.mode);
  } else if (filter.ids === undefined && filter.shipmentId === undefined) {
    addCondition((parameter) => `c.merchant_id <> ${parameter}`, DEMO_TENANT.merchantId);
  }
  if (filter.ids) addCondition((parameter) => `c.id = any(${parameter}::uuid[])`, filter.ids);
  if (filter.state) addCondition((parameter) => `c.state = ${parameter}`, filter.state);
  if (filter.kind) addCondition((parameter) => `c.kind = ${parameter}`, filter.kind);
  if (filter.reason) addCondition((parameter) => `c.reason = ${parameter}`, filter.reason);
  if (filter.carrier) addCondition((parameter) => `c.carrier = ${parameter}`, filter.carrier);
  if (filter.waitingFor)
    addCondition((parameter) => `c.waiting_for = ${parameter}`, filter.waitingFor);
  if (filter.forMerchantAtMs !== undefined) {
    addCondition(isForMerchantAt, filter.forMerchantAtMs);
  }
  if (filter.owner === null) where.push('c.owner is null');
  else if (filter.owner) addCondition((parameter) => `c.owner = ${parameter}`, filter.owner);
  if (filter.shipmentId)
    addCondition((parameter) => `c.shipment_id = ${parameter}`, filter.shipmentId);
  if (filter.dueBeforeMs !== undefined) {
    addCondition(
      (parameter) => `c.deadline_at <= to_timestamp(${parameter} / 1000.0)`,
      filter.dueBeforeMs,
    );
  }
  if (after !== null) {
    values.push(after.at, after.id);
    const beyond = isByUrgency ? '>' : '<';
    where.push(
      `(${orderColumn}, c.id) ${beyond} ($${values.length - 1}::timestamptz, $${values.length}::uuid)`,
    );
  }
  values.push(limit);
  const direction = isByUrgency ? 'asc' : 'desc';
  const rows = await queryRows<ExceptionCase & { at: string }>(
    db,
    `select c.*, to_char(${orderColumn} at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS.US+00') as at
     from exception_cases c
     where c.tracking_number is not null${where.map((each) => ` and ${each}`).join('')}
     order by ${orderColumn} ${direction}, c.id ${direction} limit $${values.length}`,
    values,
  );
  return rows.map(({ at: position, ...exceptionCase }) => ({ exceptionCase, at: position }));
}

export const STATS_BY = ['carrier', 'lane', 'facility', 'week', 'reason', 'kind'] as const;
type StatsBy = (typeof STATS_BY)[number];

export interface StatsQuery {
  /** The columns that define the groups; at least one. */
  readonly by: readonly StatsBy[];
  readonly fromMs: number;
  readonly untilMs: number;
  readonly carrier?: string;
  readonly kind?: CaseKind;
  readonly limit: number;
}

/** How often each kind of trouble occurred, and how it ended. */
export interface StatsRow {
  /** The values of the requested columns. A week is given by its Monday in UTC, `YYYY-MM-DD`. */
  readonly group: Readonly<Partial<Record<StatsBy, string | null>>>;
  readonly cases: number;
  readonly open: number;
  readonly resolved: number;
  readonly returned: number;
  readonly claimed: number;
  /** Cases whose deadline passed before they were closed. */
  readonly overdue: number;
  /** The median hours from opening to closing, over closed cases. */
  readonly medianHours: number | null;
}

const GROUP_COLUMNS: Readonly<Record<StatsBy, string>> = {
  carrier: 'carrier',
  lane: 'lane',
  facility: 'facility',
  week: `to_char(date_trunc('week', opened_at at time zone 'utc'), 'YYYY-MM-DD')`,
  reason: `coalesce(reason, 'none')`,
  kind: 'kind',
};

/**
 * Counts cases by group, groups with the most cases first. Retracted cases do not count. Tenant
 * null: those of every merchant.
 */
export async function caseStats(
  db: Queryable,
  tenant: Tenant | null,
  { by, fromMs, untilMs, carrier, kind, limit }: StatsQuery,
): Promise<StatsRow[]> {
  const groups = by.map((name) => `${GROUP_COLUMNS[name]} as "${name}"`);
  const rows = await queryRows<Record<string, string | number | null>>(
    db,
    `select ${groups.join(', ')}, count(*)::int as cases,
       count(*) filter (where state = 'open')::int as open,
       count(*) filter (where outcome = 'resolved')::int as resolved,
       count(*) filter (where outcome = 'returned')::int as returned,
       count(*) filter (where outcome = 'claimed')::int as claimed,
       count(*) filter (where overdue_at is not null)::int as overdue,
       round((percentile_cont(0.5) within group (order by extract(epoch from closed_at - opened_at))
         filter (where closed_at is not null) / 3600)::numeric, 1)::float8 as median_hours
     from exception_cases
     where ($1::uuid is null or merchant_id = $1) and ($2::text is null or mode = $2)
       and opened_at >= to_timestamp($3 / 1000.0) and opened_at < to_timestamp($4 / 1000.0)
       and ($5::text is null or carrier = $5) and ($6::text is null or kind = $6)
       and closed_how is distinct from 'retracted'
     group by ${by.map((_, index) => index + 1).join(', ')}
     order by cases desc, ${by.map((_, index) => index + 1).join(', ')} limit $7`,
    [
      tenant?.merchantId ?? null,
      tenant?.mode ?? null,
      fromMs,
      untilMs,
      carrier ?? null,
      kind ?? null,
      limit,
    ],
  );
  return rows.map((row) => ({
    group: Object.fromEntries(
      by.map((name) => [name, row[name] === null ? null : String(row[name])]),
    ),
    cases: Number(row['cases']),
    open: Number(row['open']),
    resolved: Number(row['resolved']),
    returned: Number(row['returned']),
    claimed: Number(row['claimed']),
    overdue: Number(row['overdue']),
    medianHours: row['medianHours'] === null ? null : Number(row['medianHours']),
  }));
}

export interface CountQuery {
  readonly nowMs: number;
  /** Whose cases are counted as `mine`. */
  readonly owner: string;
}

/** Numbers of open cases. */
export type CaseCounts = Readonly<
  Record<'open' | 'merchant' | 'mine' | 'unassigned' | 'overdue', number>
>;

/** Counts the open cases of a tenant by what a person may work on. Null: as in `listCases`. */
export async function countCases(
  db: Queryable,
  tenant: Tenant | null,
  { nowMs, owner }: CountQuery,
): Promise<CaseCounts> {
  const [counts] = await queryRows<CaseCounts>(db, {
    name: 'count_cases',
    text: `select count(*)::int as open,
             count(*) filter (where ${isForMerchantAt('$3')})::int as merchant,
             count(*) filter (where owner = $4)::int as mine,
             count(*) filter (where owner is null)::int as unassigned,
             count(*) filter (where deadline_at <= to_timestamp($3 / 1000.0))::int as overdue
           from exception_cases
           where state = 'open' and tracking_number is not null
             and ($1::uuid is null and merchant_id <> $5 or merchant_id = $1)
             and ($2::text is null or mode = $2)`,
    values: [
      ...[tenant?.merchantId ?? null, tenant?.mode ?? null, nowMs, owner],
      DEMO_TENANT.merchantId,
    ],
  });
  return counts ?? { open: 0, merchant: 0, mine: 0, unassigned: 0, overdue: 0 };
}

/** Figures over the cases of all merchants. */
interface CaseFigures {
  readonly open: number;
  /** The number of those cases whose deadline has passed. */
  readonly overdue: number;
}

/**
 * Counts open cases. Those of deleted parcels are left out, because nobody can work on them, and
 * those of the demo, because they are invented.
 */
export async function caseFigures(db: Queryable, nowMs: number): Promise<CaseFigures> {
  const rows = await queryRows<CaseFigures>(
    db,
    `select count(*)::int as open,
       count(*) filter (where deadline_at <= to_timestamp($1 / 1000.0))::int as overdue
     from exception_cases
     where state = 'open' and tracking_number is not null and merchant_id <> $2`,
    [nowMs, DEMO_TENANT.merchantId],
  );
  return rows[0] ?? { open: 0, overdue: 0 };
}

/** The open cases of one merchant in one mode. */
export interface MerchantCases extends CaseFigures, Tenant {
  readonly name: string;
}

/**
 * Counts open cases by merchant, those with the most overdue cases first; without the same cases
 * as `caseFigures`. `hidden` null: with those of the demo.
 */
export async function casesByMerchant(
  db: Queryable,
  nowMs: number,
  limit: number,
  hidden: string | null = DEMO_TENANT.merchantId,
): Promise<readonly MerchantCases[]> {
  return queryRows<MerchantCases>(
    db,
    `select c.merchant_id, c.mode, m.name, count(*)::int as open,
       count(*) filter (where c.deadline_at <= to_timestamp($1 / 1000.0))::int as overdue
     from exception_cases c join merchants m on m.id = c.merchant_id
     where c.state = 'open' and c.tracking_number is not null
       and c.merchant_id is distinct from $3
     group by c.merchant_id, c.mode, m.name
     order by overdue desc, open desc, m.name, c.mode limit $2`,
    [nowMs, limit, hidden],
  );
}
