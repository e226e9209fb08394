import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchServer } from '../../../reactions/notifications/channels/test-bench.ts';
import { bench } from '../../../reactions/notifications/channels/twilio/test-bench.ts';
import { callerOf } from '../../testing/test-client.ts';
import { createTestHub, TEST_NOW_MS, type TestHub } from '../../testing/test-hub.ts';

/** Over HTTP, signed as the provider signs, for channels of the installation and of a merchant. */
let hub: TestHub;
let provider: BenchServer;
let folder: string;
let channelId: string;
let tenant: { readonly merchantId: string; readonly mode: 'test' | 'live' };

const SENT = '019a0000-0000-7000-8000-00000000dd01';
const SENT_BY_MERCHANT = '019a0000-0000-7000-8000-00000000dd02';

beforeAll(async () => {
  provider = await bench.start('');
  folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-delivery-statuses-'));
  const file = path.join(folder, 'channels.yaml');
  const { account_sid: sid, auth_token: token } = provider.config;
  writeFileSync(
    file,
    `sms: { provider: twilio, account_sid: ${sid}, auth_token: "\${TWILIO_TOKEN}", from: "+15005550006", api_url: "${provider.apiUrl}" }\n`,
  );
  hub = await createTestHub({
    publicUrl: 'https://hub.example',
    channelsFile: file,
    env: { TWILIO_TOKEN: String(token) },
  });
  const key = await hub.newKey({ merchant: 'one', mode: 'live' });
  tenant = key.tenant;
  const made = await callerOf(hub, key.text)('POST', '/notification-channels?verify=false', {
    provider: 'twilio',
    label: 'SMS',
    config: { ...provider.config },
  });
  channelId = String(made.body['id']);
  expect(made.body['delivery_status_url']).toBe(
    `https://hub.example/webhooks/providers/twilio/${channelId}`,
  );
  for (const id of [SENT, SENT_BY_MERCHANT]) await insertSent(id);
});
afterAll(async () => {
  await hub.close();
  await provider.close();
  rmSync(folder, { recursive: true });
});

/** A message as the outbox stores it once the provider has accepted it. */
async function insertSent(id: string): Promise<void> {
  await hub.db.pipeline.query(
    `insert into notifications (id, merchant_id, mode, shipment_id, occurred_at, milestone, template,
       channel, audience, address_hash, subject, state, created_at, provider, provider_id, sent_at, attempts)
     values ($1, $2, $3, $4, now(), 'delivered', 'delivered', 'sms', 'recipient', $5, 'delivered',
       'sent', now(), 'twilio', $6, now(), 1)`,
    [id, tenant.merchantId, tenant.mode, id, Buffer.alloc(32, 1), `SM-${id}`],
  );
}

async function stateOf(id: string): Promise<string> {
  const { rows } = await hub.db.pipeline.query('select state from notifications where id = $1', [
    id,
  ]);
  return rows[0]?.state;
}

async function post(at: string, id: string, change = (body: string) => body): Promise<number> {
  const call = await provider.deliveryStatuses?.call({
    state: 'delivered',
    notificationId: id,
    providerId: `SM-${id}`,
    nowMs: TEST_NOW_MS,
    at,
  });
  if (call === undefined) throw new Error('no delivery statuses');
  const { pathname, search } = new URL(call.url);
  const answer = await fetch(`${hub.url}${pathname}${search}`, {
    method: 'POST',
    headers: call.headers,
    body: change(Buffer.from(call.body).toString('utf8')),
  });
  return answer.status;
}

describe('a provider’s delivery status', () => {
  const INSTALLATION = 'https://hub.example/webhooks/providers/twilio';

  it('is applied to the message it is about', async () => {
    expect(await post(INSTALLATION, SENT)).toBe(204);
    expect(await stateOf(SENT)).toBe('delivered');
    expect(await post(INSTALLATION, SENT), 'sent again').toBe(204);
  });

  it('is also accepted for a merchant’s own channel', async () => {
    expect(await post(`${INSTALLATION}/${channelId}`, SENT_BY_MERCHANT)).toBe(204);
    expect(await stateOf(SENT_BY_MERCHANT)).toBe('delivered');
  });

  it('is rejected when it is not signed for this exact URL and content', async () => {
    const id = '019a0000-0000-7000-8000-00000000dd03';
    await insertSent(id);
    const forged = (body: string) => body.replace('delivered', 'undelivered');
    expect(await post(INSTALLATION, id, forged)).toBe(401);
    expect(await post('https://elsewhere.example/webhooks/providers/twilio', id)).toBe(401);
    const answer = await fetch(`${hub.url}/webhooks/providers/twilio`, {
      method: 'POST',
      body: 'x',
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await stateOf(id)).toBe('sent');
  });

  it('is not applied to another merchant’s message', async () => {
    const { tenant: two } = await hub.newKey({ merchant: 'two', mode: 'live' });
    const id = '019a0000-0000-7000-8000-00000000dd04';
    await insertSent(id);
    await hub.db.pipeline.query('update notifications set merchant_id = $2 where id = $1', [
      id,
      two.merchantId,
    ]);
    expect(await post(`${INSTALLATION}/${channelId}`, id)).toBe(204);
    expect(await stateOf(id)).toBe('sent');
  });

  it('has no endpoint when no such channel exists', async () => {
    const unknown = [
      'ses',
      'smtp',
      'pigeon',
      `ses/${channelId}`,
      `twilio/${SENT}`,
      'twilio/x',
      '%00',
    ];
    for (const at of unknown) {
      const answer = await fetch(`${hub.url}/webhooks/providers/${at}`, {
        method: 'POST',
        body: '{}',
      });
      expect([400, 404], at).toContain(answer.status);
    }
  });

  it('is limited in size', async () => {
    const body = 'x'.repeat(1024 * 1024 + 1);
    const answer = await fetch(`${hub.url}/webhooks/providers/twilio`, { method: 'POST', body });
    expect(answer.status).toBe(413);
  });
});
