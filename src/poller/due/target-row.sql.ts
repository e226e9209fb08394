import type { Status } from '../../kernel/status.ts';
import type { Mode } from '../../kernel/tenant.ts';
import { type Plain, plainArray } from '../../platform/database/plain-array.ts';
import type { Column } from '../../platform/work/leased-rows.ts';
import type { EndReason, HistoryEntry, PollTarget, ProofOffer, TargetKey } from './target.ts';

/** The key of numbers in every table of the poller, in the order in which rows are locked. */
export const TARGET_KEY = {
  merchant_id: { type: 'uuid', of: ({ merchantId }) => merchantId },
  mode: { type: 'text', of: ({ mode }) => mode },
  carrier: { type: 'text', of: ({ carrier }) => carrier },
  tracking_number: { type: 'text', of: ({ trackingNumber }) => trackingNumber },
} satisfies Readonly<Record<string, Column<TargetKey>>>;

export const LEASE_TOKEN = {
  column: 'lease_token',
  type: 'bigint',
  of: ({ leaseToken }: Pick<PollTarget, 'leaseToken'>) => leaseToken,
};

/** A row with its instants as epoch milliseconds. */
export interface TargetRow {
  merchant_id: string;
  mode: Mode;
  carrier: string;
  tracking_number: string;
  shipment_id: string;
  sequence: number;
  status: Status;
  sub_status: string | null;
  confirmed: boolean;
  service: string | null;
  time_zone: string | null;
  edd: string | null;
  created_at: number;
  last_fact_at: number | null;
  last_update_at: number | null;
  unconfirmed_since: number | null;
  history: readonly HistoryEntry[];
  push: PollTarget['push'];
  known: boolean;
  misses: number;
  failures: number;
  last_polled_at: number | null;
  last_confirmed_at: number | null;
  last_hash: string | null;
  last_identities: readonly string[] | null;
  last_inbound_message_id: string | null;
  confirmations: number;
  reported_sequence: number | null;
  not_found_reported: boolean;
  proof_offer: ProofOffer | null;
  due_at: number;
  value: number;
  urgency: number;
  value_class: number;
  reason: PollTarget['reason'];
  why: string;
  refresh_requested_at: number | null;
  lease_until: number | null;
  lease_token: string;
  timer_at: number | null;
  ended_at: number | null;
  end_reason: EndReason | null;
}

/** Epoch milliseconds as a plain number: dates cost more to read than all other columns together. */
export const ms = (column: string) =>
  `(extract(epoch from t.${column}) * 1000)::float8 as ${column}`;

const KEY = ['merchant_id', 'mode', 'carrier', 'tracking_number'];
const INSTANTS = [
  'created_at',
  'last_fact_at',
  'last_update_at',
  'unconfirmed_since',
  'last_polled_at',
  'last_confirmed_at',
  'due_at',
  'refresh_requested_at',
  'lease_until',
  'timer_at',
  'ended_at',
];
const PLAIN = [
  'shipment_id',
  'sequence',
  'status',
  'sub_status',
  'confirmed',
  'service',
  'time_zone',
  'history',
  'push',
  'known',
  'misses',
  'failures',
  'last_hash',
  'last_identities',
  'last_inbound_message_id',
  'confirmations',
  'reported_sequence',
  'not_found_reported',
  'proof_offer',
  'value',
  'urgency',
  'value_class',
  'reason',
  'why',
  'lease_token',
  'end_reason',
];
const SELECTED = [
  ...[...KEY, ...PLAIN].map((name) => `t.${name}`),
  't.edd::text',
  ...INSTANTS.map(ms),
];
/** Every column, of a table named t. */
export const ALL = SELECTED.join(', ');

const rounded = (value: number | null) => (value === null ? null : Math.round(value));

export function toTarget(row: TargetRow): PollTarget {
  return {
    merchantId: row.merchant_id,
    mode: row.mode,
    carrier: row.carrier,
    trackingNumber: row.tracking_number,
    shipmentId: row.shipment_id,
    sequence: row.sequence,
    status: row.status,
    subStatus: row.sub_status,
    confirmed: row.confirmed,
    service: row.service,
    timeZone: row.time_zone,
    edd: row.edd,
    createdAtMs: Math.round(row.created_at),
    lastFactAtMs: rounded(row.last_fact_at),
    lastUpdateAtMs: rounded(row.last_update_at),
    unconfirmedSinceMs: rounded(row.unconfirmed_since),
    history: row.history,
    push: row.push,
    known: row.known,
    misses: row.misses,
    failures: row.failures,
    lastPolledAtMs: rounded(row.last_polled_at),
    lastConfirmedAtMs: rounded(row.last_confirmed_at),
    lastHash: row.last_hash,
    lastIdentities: row.last_identities,
    lastInboundMessageId: row.last_inbound_message_id,
    confirmations: row.confirmations,
    reportedSequence: row.reported_sequence,
    notFoundReported: row.not_found_reported,
    proofOffer: row.proof_offer,
    dueAtMs: Math.round(row.due_at),
    value: row.value,
    urgency: row.urgency,
    valueClass: row.value_class,
    reason: row.reason,
    why: row.why,
    refreshRequestedAtMs: rounded(row.refresh_requested_at),
    leaseUntilMs: rounded(row.lease_until),
    leaseToken: row.lease_token,
    timerAtMs: rounded(row.timer_at),
    endedAtMs: rounded(row.ended_at),
    endReason: row.end_reason,
  };
}

/** How a column of whole targets travels: as one array for all of them. */
interface Written extends Column<PollTarget> {
  /** Its value in the row; default: the element of the array. */
  readonly read?: (element: string) => string;
  /** An id, a number or a word of ours, which the array's text has as it is. */
  readonly isPlain?: true;
}

type Of<Value> = (target: PollTarget) => Value;

const plain = (type: string, of: Of<Plain>): Written => ({ type, of, isPlain: true });
const text = (of: Of<string | null>): Written => ({ type: 'text', of });
const json = (of: Of<unknown>): Written => ({
  type: 'jsonb',
  of: (target) => {
    const value = of(target);
    return value === null ? null : JSON.stringify(value);
  },
});
const instant = (of: Of<number | null>): Written => ({
  ...plain('float8', of),
  read: (element) => `to_timestamp(${element} / 1000.0)`,
});

/** PostgreSQL takes JSON apart for a fifth of all that a fact costs it; arrays of one type it just reads. */
const WRITTEN: Readonly<Record<string, Written>> = {
  merchant_id: plain('uuid', ({ merchantId }) => merchantId),
  mode: plain('text', ({ mode }) => mode),
  carrier: text(({ carrier }) => carrier),
  tracking_number: text(({ trackingNumber }) => trackingNumber),
  shipment_id: plain('uuid', ({ shipmentId }) => shipmentId),
  sequence: plain('int', ({ sequence }) => sequence),
  status: plain('text', ({ status }) => status),
  sub_status: text(({ subStatus }) => subStatus),
  confirmed: plain('bool', ({ confirmed }) => confirmed),
  service: text(({ service }) => service),
  time_zone: text(({ timeZone }) => timeZone),
  edd: { type: 'date', of: ({ edd }) => edd },
  created_at: instant(({ createdAtMs }) => createdAtMs),
  last_fact_at: instant(({ lastFactAtMs }) => lastFactAtMs),
  last_update_at: instant(({ lastUpdateAtMs }) => lastUpdateAtMs),
  unconfirmed_since: instant(({ unconfirmedSinceMs }) => unconfirmedSinceMs),
  history: json(({ history }) => history),
  push: plain('text', ({ push }) => push),
  known: plain('bool', ({ known }) => known),
  misses: plain('smallint', ({ misses }) => misses),
  failures: plain('smallint', ({ failures }) => failures),
  last_polled_at: instant(({ lastPolledAtMs }) => lastPolledAtMs),
  last_confirmed_at: instant(({ lastConfirmedAtMs }) => lastConfirmedAtMs),
  last_hash: text(({ lastHash }) => lastHash),
  last_identities: {
    // PostgreSQL has no arrays of arrays of different lengths.
    ...text(({ lastIdentities }) => lastIdentities && `{${lastIdentities.join(',')}}`),
    read: (element) => `${element}::bigint[]`,
  },
  last_inbound_message_id: plain('uuid', ({ lastInboundMessageId }) => lastInboundMessageId),
  confirmations: plain('smallint', ({ confirmations }) => confirmations),
  reported_sequence: plain('int', ({ reportedSequence }) => reportedSequence),
  not_found_reported: plain('bool', ({ notFoundReported }) => notFoundReported),
  proof_offer: json(({ proofOffer }) => proofOffer),
  due_at: instant(({ dueAtMs }) => dueAtMs),
  value: plain('real', ({ value }) => value),
  urgency: plain('real', ({ urgency }) => urgency),
  value_class: plain('smallint', ({ valueClass }) => valueClass),
  reason: plain('text', ({ reason }) => reason),
  why: text(({ why }) => why),
  refresh_requested_at: instant(({ refreshRequestedAtMs }) => refreshRequestedAtMs),
  lease_until: instant(({ leaseUntilMs }) => leaseUntilMs),
  lease_token: plain('bigint', ({ leaseToken }) => leaseToken),
  timer_at: instant(({ timerAtMs }) => timerAtMs),
  ended_at: instant(({ endedAtMs }) => endedAtMs),
  end_reason: plain('text', ({ endReason }) => endReason),
};
const WRITTEN_NAMES = Object.keys(WRITTEN);

const SET = WRITTEN_NAMES.filter((name) => !KEY.includes(name))
  .map((name) => `${name} = excluded.${name}`)
  .join(', ');

/** Writes whole targets, new ones too; its values are those of `writtenValues`. */
export const SAVE_TARGETS = `
  insert into poll_targets (${WRITTEN_NAMES.join(', ')})
  select ${Object.entries(WRITTEN)
    .map(([name, { read }]) => read?.(`x.${name}`) ?? `x.${name}`)
    .join(', ')}
  from unnest(${Object.values(WRITTEN)
    .map(({ type }, nr) => `$${nr + 1}::${type}[]`)
    .join(', ')}) as x(${WRITTEN_NAMES.join(', ')})
  on conflict (${KEY.join(', ')}) do update set ${SET}`;

export function writtenValues(targets: readonly PollTarget[]): unknown[] {
  return Object.values(WRITTEN).map(({ of, isPlain }) =>
    isPlain === true
      ? plainArray(targets, (target) => of(target) as Plain)
      : targets.map((target) => of(target)),
  );
}
