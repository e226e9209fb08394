/** The column by which rows would be spread. */
export interface SpreadColumn {
  readonly by: string;
  /** The kind of thing that it identifies: tables spread by the same kind are together. */
  readonly of: 'parcel' | 'number' | 'shard' | 'inbound_message' | 'courier';
  /** Tables for which it precedes the later entries; absent: all that have the column. */
  readonly only?: readonly string[];
}

/** The first match applies. A table without a match does not grow with parcels. */
export const SPREAD_BY: readonly SpreadColumn[] = [
  { by: 'id', of: 'parcel', only: ['shipments'] },
  { by: 'id', of: 'inbound_message', only: ['inbound_messages'] },
  /** Spread by the order of the log, not by parcels. */
  { by: 'shard', of: 'shard', only: ['event_log'] },
  /** Polls, look-ups and proofs are keyed by number, whichever parcel has it. */
  {
    by: 'tracking_number',
    of: 'number',
    only: ['poll_targets', 'proof_requests', 'proofs', 'public_tracks'],
  },
  /** With the parcel that they are about, which they do not name. */
  { by: 'shipment_id', of: 'parcel', only: ['notification_attempts'] },
  { by: 'subject_id', of: 'parcel', only: ['webhook_attempts'] },
  /** Reports of phones are read by courier. */
  {
    by: 'courier_id',
    of: 'courier',
    only: ['courier_notices', 'courier_silences', 'driver_events'],
  },
  { by: 'shipment_id', of: 'parcel' },
  { by: 'subject_id', of: 'parcel' },
  { by: 'shard', of: 'shard' },
  { by: 'inbound_message_id', of: 'inbound_message' },
];

/**
 * Statements that do not work on a table whose rows are on several servers: `locks` several rows,
 * copies all `rows` of one thing into another, `asks` for each scan without the distribution
 * column, or writes to it while `nested` in another.
 */
export type Unfit = 'locks' | 'rows' | 'asks' | 'nested';

/** As test/distributed-statements.test.ts finds it. May only become shorter, but for new tables. */
export const UNFIT_STATEMENTS: Readonly<Record<string, readonly Unfit[]>> = {
  archived_parcels: ['locks', 'rows'],
  consumer_cursors: ['rows'],
  courier_arrivals: ['rows'],
  courier_parcels: ['locks', 'rows'],
  courier_silences: ['rows'],
  dead_log_entries: ['nested'],
  deliveries: ['locks', 'nested', 'rows'],
  delivery_offers: ['locks'],
  edd_journeys: ['rows'],
  edd_predictions: ['rows'],
  edd_promises: ['locks', 'nested', 'rows'],
  erasures: ['asks'],
  erasures_to_list: ['locks', 'rows'],
  event_log: ['rows'],
  exception_cases: ['locks'],
  notification_attempts: ['locks', 'nested', 'rows'],
  notification_windows: ['locks', 'nested', 'rows'],
  notifications: ['locks', 'nested', 'rows'],
  offer_pushes: ['locks', 'nested'],
  parked_reports: ['asks', 'locks'],
  poll_targets: ['locks', 'nested', 'rows'],
  proof_requests: ['locks', 'nested'],
  proofs: ['asks'],
  inbound_messages: ['asks', 'locks', 'rows'],
  shipment_places: ['locks'],
  shipment_terms: ['rows'],
  shipments: ['asks', 'locks', 'rows'],
  subscriptions: ['rows'],
  webhook_attempts: ['nested'],
  webhook_deliveries: ['locks', 'nested', 'rows'],
  webhook_queues: ['locks', 'nested', 'rows'],
};
