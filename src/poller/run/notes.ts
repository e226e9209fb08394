import type { NewInboundMessage } from '../../intake/index.ts';
import type { PollTarget } from '../due/target.ts';
import type { TimerNote } from '../due/timers.ts';

/** Something that the poller itself reports to tracking, not a carrier. */
export interface Note {
  readonly note: TimerNote | 'pull_confirmed' | 'not_found';
  readonly atMs: number;
  /** The inbound message that an unchanged poll repeats. */
  readonly inboundMessageId?: string;
}

type About = Pick<PollTarget, 'carrier' | 'trackingNumber' | 'shipmentId' | 'sequence'>;

/** The note as an inbound message that reaches this shipment only, in its place among all others. */
export function noteDeliveryStatus(
  target: About,
  { note, atMs, inboundMessageId }: Note,
): NewInboundMessage {
  const body = {
    note,
    shipment_id: target.shipmentId,
    tracking_number: target.trackingNumber,
    sequence: target.sequence,
    at: new Date(atMs).toISOString(),
    ...(inboundMessageId === undefined ? {} : { inbound_message_id: inboundMessageId }),
  };
  return {
    source: 'internal',
    carrier: target.carrier,
    owner: null,
    trust: 'internal',
    headers: {},
    body: Buffer.from(JSON.stringify(body), 'utf8'),
  };
}
