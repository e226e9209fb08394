import { z } from 'zod';
import type { InboundMessage } from '../../intake/index.ts';

/**
 * Notes are what the poller reports to tracking by an internal message. `stalled`, `expired`,
 * `confirmation_timed_out` and `not_found` are timers that ran out for a shipment as it was at
 * `sequence`; `pull_confirmed` says that a pull returned the same as an earlier one.
 */
const TIMERS = ['stalled', 'expired', 'confirmation_timed_out', 'not_found'] as const;
export type Timer = (typeof TIMERS)[number];

interface NoteAbout {
  /** The internal inbound message that contained the note. */
  readonly inboundMessageId: string;
  readonly receivedAtMs: number;
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly shipmentId: string;
  /** When the timer ran out, or the pull was made (epoch ms). */
  readonly atMs: number;
}

export interface TimerNote extends NoteAbout {
  readonly kind: Timer;
  /** The sequence of the shipment's last log entry when the timer was set. */
  readonly sequence: number;
}

export interface PullConfirmedNote extends NoteAbout {
  readonly kind: 'pull_confirmed';
  /** The message of the last stored pull, whose content this one repeated. */
  readonly confirmedInboundMessageId: string;
}

export type Note = TimerNote | PullConfirmedNote;

const common = {
  shipment_id: z.uuid(),
  tracking_number: z.string().min(1),
  sequence: z.int().min(0),
  at: z.iso.datetime({ offset: true }),
};

const noteSchema = z.union([
  z.object({ ...common, note: z.enum(TIMERS) }),
  z.object({ ...common, note: z.literal('pull_confirmed'), inbound_message_id: z.uuid() }),
]);

/** Reads a note from an internal message; null when it is not a note. Pure and total. */
export function readNote(
  inboundMessage: Pick<InboundMessage, 'id' | 'receivedAtMs' | 'carrier' | 'body'>,
): Note | null {
  const read = noteSchema.safeParse(jsonOf(inboundMessage.body));
  if (!read.success) return null;
  const { data } = read;
  const about = {
    inboundMessageId: inboundMessage.id,
    receivedAtMs: inboundMessage.receivedAtMs,
    carrier: inboundMessage.carrier,
    trackingNumber: data.tracking_number,
    shipmentId: data.shipment_id.toLowerCase(),
    atMs: Date.parse(data.at),
  };
  return data.note === 'pull_confirmed'
    ? {
        ...about,
        kind: data.note,
        confirmedInboundMessageId: data.inbound_message_id.toLowerCase(),
      }
    : { ...about, kind: data.note, sequence: data.sequence };
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return null;
  }
}
