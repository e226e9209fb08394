import { createHmac } from 'node:crypto';
import { constantTimeEquals } from '../../../../kernel/wire/hmac.ts';
import type { DeliveryStatus, DeliveryStatusReader } from '../../contract.ts';

/**
 * The query parameter with the notification's id in the URL that Twilio calls; the signature covers
 * it.
 */
export const NOTIFICATION_PARAMETER = 'notification';

const BODY_BYTES_MAX = 64 * 1_024;

/**
 * Reads status callbacks. `X-Twilio-Signature` is an HMAC-SHA1 with the account's token over the
 * URL followed by every parameter's name and value, in order of the names. It contains no time; a
 * repeated callback has no further effect.
 */
export function twilioDeliveryStatuses(authToken: string): DeliveryStatusReader {
  return {
    read: async ({ url, headers, body }) => {
      const offered = headers['x-twilio-signature'];
      if (offered === undefined) return { outcome: 'forged', reason: 'the signature is missing' };
      if (body.length > BODY_BYTES_MAX) return { outcome: 'unreadable', reason: 'too long' };
      const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
      let isOurs = false;
      for (const spelling of spellingsOf(url)) {
        if (constantTimeEquals(offered, signatureOf(authToken, spelling, form))) isOurs = true;
      }
      if (!isOurs) return { outcome: 'forged', reason: 'the signature does not fit' };
      const sid = form.get('MessageSid') ?? form.get('SmsSid');
      const status = form.get('MessageStatus') ?? form.get('SmsStatus');
      if (sid === null || status === null) {
        return { outcome: 'unreadable', reason: 'neither MessageSid nor MessageStatus' };
      }
      const reported = stateOf(status, form.get('ErrorCode'));
      if (reported === null) return { outcome: 'delivery_statuses', deliveryStatuses: [] };
      const notificationId = new URL(url).searchParams.get(NOTIFICATION_PARAMETER);
      return {
        outcome: 'delivery_statuses',
        deliveryStatuses: [{ providerId: sid, notificationId, atMs: null, ...reported }],
      };
    },
  };
}

/** The signature of a call in Base64, as in `X-Twilio-Signature`. */
export function signatureOf(authToken: string, url: string, form: URLSearchParams): string {
  const names = [...new Set(form.keys())].sort();
  const text = names
    .flatMap((name) => [...new Set(form.getAll(name))].sort().map((value) => `${name}${value}`))
    .join('');
  return createHmac('sha1', authToken).update(`${url}${text}`, 'utf8').digest('base64');
}

/** The spellings of a URL that Twilio may have signed: with or without the default port. */
function spellingsOf(url: string): readonly string[] {
  const { protocol, port, host, hostname } = new URL(url);
  if (port !== '') return [url];
  const usual = protocol === 'https:' ? 443 : 80;
  return [url, url.replace(`//${host}`, `//${hostname}:${usual}`)];
}

/** Error codes of undelivered messages which mean that the number never accepts messages. */
const FOR_GOOD: ReadonlySet<string> = new Set(['21610', '21614', '30005', '30006']);

function stateOf(
  status: string,
  code: string | null,
): Pick<DeliveryStatus, 'state' | 'permanent' | 'reason'> | null {
  switch (status) {
    case 'delivered':
    case 'read':
      return { state: 'delivered', permanent: false, reason: null };
    case 'undelivered':
    case 'failed': {
      const permanent = code !== null && FOR_GOOD.has(code);
      const reason = code !== null && /^\d{1,6}$/.test(code) ? code : null;
      return { state: permanent ? 'bounced' : 'failed', permanent, reason };
    }
    default:
      return null;
  }
}
