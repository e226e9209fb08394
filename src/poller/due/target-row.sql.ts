import { type Plain, plainArray } from '../../platform/database/plain-array.ts';
import type { Column } from '../../platform/work/leased-rows.ts';
import type { PollTarget, TargetKey } from './target.ts';

/** The key of numbers in every table of the poller; rows are locked in this order. */
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

/** A column of whole targets, which is sent to PostgreSQL as one array for all of them. */
interface Written extends Column<PollTarget> {
  /** The SQL that turns an array's element into the column's value; default: the element itself. */
  readonly read?: (element: string) => string;
  /** Whether the value needs no quoting in the array's text: an id, a number or a word of ours. */
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

/**
 * How each column is written. Parsing JSON took a fifth of PostgreSQL's time per fact; reading
 * arrays of one type takes almost none.
 */
const WRITTEN: Readonly<Record<string, Written>> = {
  merchant_id: plain('uuid', ({ merchantId }) => merchantId),
  mode: plain('text', ({ mode }) => mode),
  carrier: text(({ carrier }) => carrier),
  tracking_number: text(({ trackingNumber }) => trackingNumber),
  parcel_carrier: text(({ parcelCarrier }) => parcelCarrier),
  shipment_id: plain('uuid', ({ shipmentId }) => shipmentId),
  sequence: plain('int', ({ sequence }) => sequence),
  status: plain('text', ({ status }) => status),
  sub_status: text(({ subStatus }) => subStatus),
  confirmed: plain('bool', ({ confirmed }) => confirmed),
  service: text(({ service }) => service),
  time_zone: text(({ timeZone }) => timeZone),
  edd: { type: 'date', of: ({ edd }) => edd },
  created_at: instant(({ createdAtMs }) => createdAtMs),
  tracked_since: instant(({ trackedSinceMs }) => trackedSinceMs),
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
    // Sent as text, because PostgreSQL has no arrays of arrays of different lengths.
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

/** The columns of every member of a target, from a table named t. */
export const ALL = WRITTEN_NAMES.map((name) => `t.${name}`).join(', ');

const SET = WRITTEN_NAMES.filter((name) => !Object.hasOwn(TARGET_KEY, name))
  .map((name) => `${name} = excluded.${name}`)
  .join(', ');

/**
 * The statement that inserts or replaces whole targets; its values are those of `writtenValues`.
 */
export const SAVE_TARGETS = `
  insert into poll_targets (${WRITTEN_NAMES.join(', ')})
  select ${Object.entries(WRITTEN)
    .map(([name, { read }]) => read?.(`x.${name}`) ?? `x.${name}`)
    .join(', ')}
  from unnest(${Object.values(WRITTEN)
    .map(({ type }, index) => `$${index + 1}::${type}[]`)
    .join(', ')}) as x(${WRITTEN_NAMES.join(', ')})
  on conflict (${Object.keys(TARGET_KEY).join(', ')}) do update set ${SET}`;

export function writtenValues(targets: readonly PollTarget[]): unknown[] {
  return Object.values(WRITTEN).map(({ of, isPlain }) =>
    isPlain === true
      ? plainArray(targets, (target) => of(target) as Plain)
      : targets.map((target) => of(target)),
  );
}
