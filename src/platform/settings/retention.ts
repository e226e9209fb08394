import { retentionDays, unclaimedDays } from './values.ts';

const DAY_MS = 86_400_000;

/** How long each kind of thing is kept, in milliseconds; docs/operators.md says which table is what. */
export interface Retention {
  /** What carriers sent, sealed, of parcels that somebody follows. */
  readonly receiptsMs: number;
  /** The same of numbers that nobody registered, and what could not be read. */
  readonly unclaimedMs: number;
  /** Parcels and all that is known of them, after their last change; the log with them. */
  readonly parcelsMs: number;
  /** Deliveries to merchants' systems. */
  readonly deliveriesMs: number;
  /** Who was notified of what, and who was not. */
  readonly messagesMs: number;
  /** Addresses that asked to be notified of a parcel. */
  readonly subscriptionsMs: number;
  /** Numbers that are asked for no more. */
  readonly pollingMs: number;
  /** Proofs of delivery, after they came; that there was one stays known. */
  readonly proofsMs: number;
  /** Dates that were shown, and what came true of them. */
  readonly datesMs: number;
  /** Where couriers were. */
  readonly trailsMs: number;
}

/** The settings that say so, each a number of days. */
export const RETENTION_SETTINGS = {
  WAYBILL_KEEP_RECEIPTS_DAYS: retentionDays,
  WAYBILL_KEEP_UNCLAIMED_DAYS: unclaimedDays,
  WAYBILL_KEEP_PARCELS_DAYS: retentionDays,
  WAYBILL_KEEP_DELIVERIES_DAYS: retentionDays,
  WAYBILL_KEEP_MESSAGES_DAYS: retentionDays,
  WAYBILL_KEEP_SUBSCRIPTIONS_DAYS: retentionDays,
  WAYBILL_KEEP_POLLING_DAYS: retentionDays,
  WAYBILL_KEEP_PROOFS_DAYS: retentionDays,
  WAYBILL_KEEP_DATES_DAYS: retentionDays,
  WAYBILL_KEEP_TRAILS_DAYS: retentionDays,
};

export function retentionOf(
  settings: Readonly<Record<keyof typeof RETENTION_SETTINGS, number>>,
): Retention {
  return {
    receiptsMs: settings.WAYBILL_KEEP_RECEIPTS_DAYS * DAY_MS,
    unclaimedMs: settings.WAYBILL_KEEP_UNCLAIMED_DAYS * DAY_MS,
    parcelsMs: settings.WAYBILL_KEEP_PARCELS_DAYS * DAY_MS,
    deliveriesMs: settings.WAYBILL_KEEP_DELIVERIES_DAYS * DAY_MS,
    messagesMs: settings.WAYBILL_KEEP_MESSAGES_DAYS * DAY_MS,
    subscriptionsMs: settings.WAYBILL_KEEP_SUBSCRIPTIONS_DAYS * DAY_MS,
    pollingMs: settings.WAYBILL_KEEP_POLLING_DAYS * DAY_MS,
    proofsMs: settings.WAYBILL_KEEP_PROOFS_DAYS * DAY_MS,
    datesMs: settings.WAYBILL_KEEP_DATES_DAYS * DAY_MS,
    trailsMs: settings.WAYBILL_KEEP_TRAILS_DAYS * DAY_MS,
  };
}
