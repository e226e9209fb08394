import { setTimeout as pause } from 'node:timers/promises';

/** Calls the API of a hub with a key; rejects on anything but success. */
export async function callWith<T>(
  url: URL,
  key: string,
  [method, path, body]: readonly [string, string, object?],
): Promise<T> {
  const response = await fetch(new URL(path, url), {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

const AGAIN_MS = 200;
const SENT_MS_MAX = 120_000;

/**
 * Writes a parcel with events, a message about it, a case with a claim, a webhook endpoint and a key
 * to a hub that sends mails.
 *
 * @param key a live key: only live parcels notify people.
 * @returns paths that show what was written, and the text of the new key.
 */
export async function writeAll(url: URL, key: string) {
  const made = <T = { id: string }>(path: string, body: object) =>
    callWith<T>(url, key, ['POST', path, body]);
  const { id } = await made('/v1/shipments', {
    carrier: 'fedex',
    tracking_number: '395810099997',
    order_id: 'ORDER 1',
    tags: ['upgrade'],
    metadata: { reference: 'PO 1' },
    recipient: { name: 'Ada Example', email: 'ada@example.com' },
  });
  for (const status of ['picked_up', 'out_for_delivery'])
    await made(`/v1/shipments/${id}/status`, { status });
  const exception = await made('/v1/exceptions', { shipment_id: id, kind: 'other' });
  await made(`/v1/exceptions/${exception.id}/notes`, { text: 'The recipient is back on Monday.' });
  const amount = { minor: 1_250, currency: 'EUR' };
  await made('/v1/claims', { exception_id: exception.id, reason: 'damaged', amount });
  // It has no events, so that nothing is sent there.
  await made('/v1/webhook-endpoints', {
    url: 'https://shop.example/waybill',
    events: ['shipment.unassignable'],
  });
  const { key: text } = await made<{ key: string }>('/v1/api-keys', {
    name: 'shop server',
    scopes: ['admin'],
  });
  await sent(url, key);
  const paths = [
    '/v1/shipments?q=ada',
    `/v1/shipments/${id}`,
    `/v1/shipments/${id}/explain`,
    '/v1/events',
    '/v1/notifications',
    '/v1/exceptions',
    `/v1/exceptions/${exception.id}`,
    '/v1/claims',
    '/v1/webhook-endpoints',
  ];
  return { paths, key: text };
}

interface Message {
  readonly state: string;
  readonly channel: string;
  readonly send_at: string | null;
  readonly ended_at: string | null;
}

/** Resolves when a mail was sent, and no other message is about to be. */
async function sent(url: URL, key: string): Promise<void> {
  const deadlineMs = performance.now() + SENT_MS_MAX;
  for (;;) {
    const { data } = await callWith<{ data: readonly Message[] }>(url, key, [
      'GET',
      '/v1/notifications',
    ]);
    const isSent = data.some(({ state, channel }) => state === 'sent' && channel === 'email');
    if (isSent && data.every((each) => each.ended_at ?? each.send_at)) return;
    if (performance.now() > deadlineMs) throw new Error(`not sent: ${JSON.stringify(data)}`);
    await pause(AGAIN_MS);
  }
}
