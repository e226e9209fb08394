import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import type { DeliveryStatus, DeliveryStatusReader } from '../../contract.ts';
import { jsonOf } from '../exchange.ts';

/**
 * The argument with the notification's id. Events return it, so that they can be matched even if
 * SendGrid's answer never reached us.
 */
export const NOTIFICATION_ARGUMENT = 'waybill_notification';

const SIGNATURE = 'x-twilio-email-event-webhook-signature';
const TIMESTAMP = 'x-twilio-email-event-webhook-timestamp';

/**
 * The maximum age of an event. SendGrid retries batches for a day; a repeated event has no further
 * effect.
 */
const AGE_MS_MAX = 24 * 3_600_000;
const EVENTS_MAX = 5_000;

const eventSchema = z.object({
  event: z.string(),
  timestamp: z.number().optional(),
  sg_message_id: z.string().max(500).optional(),
  type: z.string().optional(),
  reason: z.string().optional(),
  [NOTIFICATION_ARGUMENT]: z.string().max(100).optional(),
});
type SendgridEvent = z.output<typeof eventSchema>;

/** Reads the signed event webhook: ECDSA over the timestamp followed by the raw bytes. */
export function sendgridDeliveryStatuses(publicKey: string | undefined): DeliveryStatusReader {
  const key = parsePublicKey(publicKey);
  return {
    read: async ({ headers, body, nowMs }) => {
      if (key === null) return { outcome: 'forged', reason: 'no verification key is configured' };
      const signature = headers[SIGNATURE];
      const timestamp = headers[TIMESTAMP];
      if (signature === undefined || timestamp === undefined) {
        return { outcome: 'forged', reason: 'the signature is missing' };
      }
      if (!isSigned(key, timestamp, body, signature)) {
        return { outcome: 'forged', reason: 'the signature does not fit' };
      }
      if (!(Math.abs(nowMs - Number(timestamp) * 1_000) <= AGE_MS_MAX)) {
        return { outcome: 'forged', reason: 'too old' };
      }
      const events = z
        .array(z.unknown())
        .max(EVENTS_MAX)
        .safeParse(jsonOf(Buffer.from(body).toString('utf8')));
      if (!events.success) return { outcome: 'unreadable', reason: 'not a list of events' };
      const deliveryStatuses = events.data.flatMap((event) => {
        const read = eventSchema.safeParse(event);
        return (read.success ? toDeliveryStatus(read.data) : null) ?? [];
      });
      return { outcome: 'delivery_statuses', deliveryStatuses };
    },
  };
}

function parsePublicKey(text: string | undefined): KeyObject | null {
  if (text === undefined) return null;
  try {
    return createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
  } catch {
    return null;
  }
}

function isSigned(key: KeyObject, timestamp: string, body: Uint8Array, signature: string): boolean {
  try {
    const mac = Buffer.from(signature, 'base64');
    // Base64 has several spellings of one value; only the usual one is accepted.
    if (mac.toString('base64') !== signature) return false;
    const signed = Buffer.concat([Buffer.from(timestamp, 'utf8'), body]);
    return verify('sha256', signed, key, mac);
  } catch {
    return false;
  }
}

function toDeliveryStatus(event: SendgridEvent): DeliveryStatus | null {
  const reported = reportedState(event);
  if (reported === null) return null;
  return {
    // The part after the first dot names one of SendGrid's machines.
    providerId: event.sg_message_id?.split('.')[0] ?? null,
    notificationId: event[NOTIFICATION_ARGUMENT] ?? null,
    atMs: event.timestamp === undefined ? null : event.timestamp * 1_000,
    ...reported,
  };
}

/** Reasons for which SendGrid itself never writes to an address again. */
const DROPPED_FOR_GOOD = /bounced address|spam reporting address|unsubscribed address|^invalid/i;

/** Returns the state that an event reports; null: it is about something else, such as a click. */
function reportedState(
  event: SendgridEvent,
): Pick<DeliveryStatus, 'state' | 'permanent' | 'reason'> | null {
  switch (event.event) {
    case 'delivered':
      return { state: 'delivered', permanent: false, reason: null };
    case 'deferred':
      return { state: 'deferred', permanent: false, reason: null };
    case 'bounce':
      // `blocked`: the server refused this mail, not the address.
      if (event.type === 'blocked') return { state: 'failed', permanent: false, reason: 'blocked' };
      return { state: 'bounced', permanent: true, reason: 'bounce' };
    case 'dropped': {
      const permanent = DROPPED_FOR_GOOD.test(event.reason ?? '');
      return { state: permanent ? 'bounced' : 'failed', permanent, reason: 'dropped' };
    }
    case 'spamreport':
      return { state: 'complained', permanent: true, reason: 'spam report' };
    default:
      return null;
  }
}
