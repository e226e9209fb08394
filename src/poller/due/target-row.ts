import type { Status } from '../../kernel/status.ts';
import type { Mode } from '../../kernel/tenant.ts';
import type { Column } from '../../platform/work/leased-rows.ts';
import type { EndReason, HistoryEntry, PollTarget, ProofOffer, TargetKey } from './target.ts';

/** The key that numbers have in every table of the poller, in the order in which rows are locked. */
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
  last_news_at: number | null;
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
  last_receipt_id: string | null;
  confirmations: number;
  told_sequence: number | null;
  not_found_told: boolean;
  proof_offer: ProofOffer | null;
  due_at: number;
  value: number;
  urgency: number;
  value_class: number;
  reason: PollTarget['reason'];
  why: string;
  refresh_asked_at: number | null;
  lease_until: number | null;
  lease_token: string;
  timer_at: number | null;
  ended_at: number | null;
  end_reason: EndReason | null;
}

/** Epoch milliseconds as a plain number: dates cost more to read than all other columns together. */
export const ms = (column: string) =>
  `(extract(epoch from t.${column}) * 1000)::float8 as ${column}`;

export const KEY = ['merchant_id', 'mode', 'carrier', 'tracking_number'];
const INSTANTS = [
  'created_at',
  'last_fact_at',
  'last_news_at',
  'unconfirmed_since',
  'last_polled_at',
  'last_confirmed_at',
  'due_at',
  'refresh_asked_at',
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
  'last_receipt_id',
  'confirmations',
  'told_sequence',
  'not_found_told',
  'proof_offer',
  'value',
  'urgency',
  'value_class',
  'reason',
  'why',
  'lease_token',
  'end_reason',
];
export const WRITTEN = [...KEY, ...PLAIN, 'edd', ...INSTANTS];
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
    lastUpdateAtMs: rounded(row.last_news_at),
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
    lastReceiptId: row.last_receipt_id,
    confirmations: row.confirmations,
    reportedSequence: row.told_sequence,
    notFoundReported: row.not_found_told,
    proofOffer: row.proof_offer,
    dueAtMs: Math.round(row.due_at),
    value: row.value,
    urgency: row.urgency,
    valueClass: row.value_class,
    reason: row.reason,
    why: row.why,
    refreshAskedAtMs: rounded(row.refresh_asked_at),
    leaseUntilMs: rounded(row.lease_until),
    leaseToken: row.lease_token,
    timerAtMs: rounded(row.timer_at),
    endedAtMs: rounded(row.ended_at),
    endReason: row.end_reason,
  };
}

const iso = (value: number | null) => (value === null ? null : new Date(value).toISOString());

export function toRow(target: PollTarget): Record<string, unknown> {
  return {
    merchant_id: target.merchantId,
    mode: target.mode,
    carrier: target.carrier,
    tracking_number: target.trackingNumber,
    shipment_id: target.shipmentId,
    sequence: target.sequence,
    status: target.status,
    sub_status: target.subStatus,
    confirmed: target.confirmed,
    service: target.service,
    time_zone: target.timeZone,
    edd: target.edd,
    created_at: iso(target.createdAtMs),
    last_fact_at: iso(target.lastFactAtMs),
    last_news_at: iso(target.lastUpdateAtMs),
    unconfirmed_since: iso(target.unconfirmedSinceMs),
    history: target.history,
    push: target.push,
    known: target.known,
    misses: target.misses,
    failures: target.failures,
    last_polled_at: iso(target.lastPolledAtMs),
    last_confirmed_at: iso(target.lastConfirmedAtMs),
    last_hash: target.lastHash,
    last_identities: target.lastIdentities,
    last_receipt_id: target.lastReceiptId,
    confirmations: target.confirmations,
    told_sequence: target.reportedSequence,
    not_found_told: target.notFoundReported,
    proof_offer: target.proofOffer,
    due_at: iso(target.dueAtMs),
    value: target.value,
    urgency: target.urgency,
    value_class: target.valueClass,
    reason: target.reason,
    why: target.why,
    refresh_asked_at: iso(target.refreshAskedAtMs),
    lease_until: iso(target.leaseUntilMs),
    lease_token: target.leaseToken,
    timer_at: iso(target.timerAtMs),
    ended_at: iso(target.endedAtMs),
    end_reason: target.endReason,
  };
}
