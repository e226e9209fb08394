import type { ShipmentEvent } from '../../../events/event.ts';
import type { Mode } from '../../../kernel/tenant.ts';

/**
 * How the webhooks of an endpoint look: as ours, or as those of a service whose receivers a
 * merchant still has.
 */
export const WEBHOOK_FORMATS = ['waybill', 'easypost', 'aftership'] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];
export type ForeignFormat = Exclude<WebhookFormat, 'waybill'>;

/** Writes events as another service does. */
export interface FormatWriter {
  /** The types of our events for which the service has an event. */
  readonly types: ReadonlySet<string>;
  /**
   * The bodies by event id, the same for every endpoint. Absent: the service has nothing to send
   * about it any more.
   */
  write(events: readonly ShipmentEvent[]): Promise<ReadonlyMap<string, Buffer>>;
  /** The body of a test, which tells about no parcel. */
  test(id: string, mode: Mode, nowMs: number): Buffer;
}

/** The composition root provides one for each service. */
export type FormatWriters = Readonly<Record<ForeignFormat, FormatWriter>>;
