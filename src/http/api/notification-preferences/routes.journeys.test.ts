import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Tenant } from '../../../kernel/tenant.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { createKeyring } from '../../../platform/sealing/sealing.ts';
import { signLink } from '../../../platform/sealing/signed-links.ts';
import type { Channel, RenderInput } from '../../../reactions/notifications/index.ts';
import {
  CHANNEL_KINDS,
  type RunningNotifications,
  startNotifications,
} from '../../../reactions/notifications/index.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { testNotifying } from '../../testing/test-notifying.ts';

const DAY_MS = 86_400_000;
const KEYRING = createKeyring([new Uint8Array(32).fill(7)], systemRandom);
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

let hub: TestHub;
let running: RunningNotifications;
let merchant: Caller;
let stranger: Caller;
let tenant: Tenant;
let carrier: string;
const sent: { to: string; input: RenderInput }[] = [];

beforeAll(async () => {
  const keyring = KEYRING;
  hub = await createTestHub({ keyring, trustedProxies: ['127.0.0.1'] });
  const key = await hub.newKey();
  tenant = key.tenant;
  merchant = callerOf(hub, key.text);
  stranger = callerOf(hub, null);
  carrier = hub.adapters.carriers()[0]?.manifest.name ?? '';
  const { db, tracking, clock } = hub;
  const log = createLog({ level: 'silent' });
  const inputs = new Map<string, RenderInput>();
  running = startNotifications({
    db,
    tracking,
    keyring,
    clock,
    log,
    randomBytes: systemRandom,
    notifications: testNotifying({ db, tracking, keyring, clock, log }),
    listener: { on: () => () => {} },
    eraseMailbox: async () => {},
    channelsOf: async (_tenant, kind) =>
      CHANNEL_KINDS.filter((each) => each === kind).map(
        (each): Channel => ({
          provider: 'test',
          kind: each,
          repeat: 'recognizable',
          async send({ notificationId, to }) {
            const input = inputs.get(notificationId);
            if (input !== undefined) sent.push({ to, input });
            return { outcome: 'accepted', providerId: null };
          },
        }),
      ),
    render: async (input) => {
      inputs.set(input.notificationId, input);
      return { kind: 'sms', text: input.template };
    },
    publicUrl: () => hub.url,
  });
  await running.idle();
});
beforeEach(() => {
  hub.clock.advance(DAY_MS + 1);
  sent.length = 0;
});
afterAll(async () => {
  await running.stop();
  await hub.close();
});

let count = 0;
async function parcel(more: object = {}): Promise<{ id: string; number: string }> {
  count += 1;
  const number = `PARCEL${1_000 + count}`;
  const made = await merchant('POST', '/shipments', { carrier, tracking_number: number, ...more });
  return { id: String(made.body['id']), number: String(made.body['tracking_number']) };
}

let ip = 0;
/** Sends the request from an address not used before. */
async function ask(number: string, address: string, more: object = {}) {
  ip += 1;
  const body = { tracking_number: number, channel: 'email', address, ...more };
  const from = { 'x-forwarded-for': `198.51.100.${ip}` };
  const answer = await stranger('POST', '/v1/notifications/subscribe', body, from);
  await running.idle();
  return answer;
}

const pathOf = (url: string | null | undefined) => (url ?? '').slice(hub.url.length);

async function subscribed(number: string, address: string, more: object = {}): Promise<void> {
  await ask(number, address, more);
  const confirm = pathOf(sent.at(-1)?.input.links.actionUrl);
  expect((await stranger('POST', confirm)).status).toBe(200);
  sent.length = 0;
}

async function move(id: string, status: string): Promise<void> {
  hub.clock.advance(60_000);
  const done = await merchant('POST', `/shipments/${id}/status`, { status });
  expect(done.status).toBe(200);
  await running.idle();
}

describe('a subscriber', () => {
  it('confirms by a link first, and is then notified, without name, order or a way to act', async () => {
    const { id, number } = await parcel({ order_id: 'secret-order' });
    const answer = await ask(number, 'Reader@Example.com', { locale: 'de' });
    expect(answer.status).toBe(202);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      to: 'reader@example.com',
      input: { template: 'confirm_subscription', locale: 'de', orderId: null, event: null },
    });
    await move(id, 'picked_up');
    expect(sent).toHaveLength(1);
    const confirm = pathOf(sent[0]?.input.links.actionUrl);
    const page = await stranger('GET', confirm, undefined, { accept: 'text/html' });
    expect(page.status).toBe(200);
    expect(page.text).toMatch(/<form[^>]* method="post"/);
    expect(page.headers.get('cache-control')).toBe('private, no-store');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    await move(id, 'in_transit');
    const done = await stranger('POST', confirm, undefined, { accept: 'text/html' });
    expect(done.status).toBe(200);
    for (const { text } of [page, done]) {
      expect(text, 'which parcel it is, and the way back to it').toContain(number);
      expect(text).toContain(`href="/track/${carrier}/${number}"`);
    }
    expect((await stranger('POST', confirm)).status).toBe(200);
    await move(id, 'out_for_delivery');
    expect(sent.at(-1)).toMatchObject({
      to: 'reader@example.com',
      input: {
        audience: 'subscribers',
        recipientName: null,
        orderId: null,
        links: { actionUrl: null },
      },
    });
  });

  it('gets the same answer whatever the outcome', async () => {
    const { number } = await parcel();
    const answers = [
      await ask(number, 'one@example.com'),
      await ask(number, 'one@example.com'),
      await ask('NOBODYS-NUMBER', 'one@example.com'),
      await ask(number, 'two@example.com', { carrier: 'unheard-of' }),
    ];
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(202);
    expect(sent).toHaveLength(1);
  });

  it('gets an error for an invalid request itself', async () => {
    const refusals = [
      await ask('X', 'no address'),
      await ask('X', '12', { channel: 'sms' }),
      await ask('X', '{"endpoint":"http://10.0.0.1"}', { channel: 'push' }),
      await ask('X', 'a@example.com', { milestones: ['nonsense'] }),
      await ask('X', 'a@example.com\r\nBcc: b@example.com'),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([422, 422, 422, 422, 422]);
    expect(sent).toEqual([]);
  });
});

describe('nobody can be pestered', () => {
  it('with more than one confirmation a day about a parcel, and three in all', async () => {
    const parcels = [
      await parcel(),
      await parcel(),
      await parcel(),
      await parcel(),
      await parcel(),
    ];
    for (const { number } of parcels) {
      await ask(number, 'victim@example.com');
      await ask(number, ' VICTIM@example.com ');
    }
    expect(sent).toHaveLength(3);
    hub.clock.advance(DAY_MS + 1);
    for (const { number } of parcels) await ask(number, 'victim@example.com');
    expect(sent).toHaveLength(6);
  });

  it('by spelling the address in ever new ways', async () => {
    const parcels = await Promise.all(Array.from({ length: 5 }, () => parcel()));
    const spellings = (index: number) => [
      `some.one+${index}@gmail.com`,
      `so.me.one+x${index}@Gmail.com`,
      'someone@googlemail.com',
    ];
    for (const [index, { number }] of parcels.entries()) {
      for (const spelling of spellings(index)) await ask(number, spelling);
    }
    expect(sent).toHaveLength(3);
  });

  it('again once they have refused for good, by anybody and under any spelling, and the address is not stored', async () => {
    const { number } = await parcel();
    await ask(number, 'Never@example.com');
    const links = sent[0]?.input.links;
    const url = pathOf(links?.unsubscribeUrl);
    const page = await stranger('GET', url, undefined, { accept: 'text/html' });
    expect(page.text).toMatch(/not ask this address again.*<form[^>]* method="post"/s);
    const click = () => stranger('POST', url, 'List-Unsubscribe=One-Click', FORM);
    expect((await click()).status).toBe(200);
    expect((await click()).text).toContain('We will not ask this address again');
    hub.clock.advance(30 * DAY_MS);
    sent.length = 0;
    const other = callerOf(hub, (await hub.newKey({ merchant: 'elsewhere' })).text);
    await other('POST', '/shipments', { carrier, tracking_number: 'ELSEWHERE1' });
    await ask('ELSEWHERE1', 'never+again@example.com');
    await ask(number, 'NEVER@example.com');
    expect(sent).toEqual([]);
    const { rows } = await hub.db.pipeline.query('select * from opted_out_addresses');
    expect(JSON.stringify(rows)).not.toContain('never');
    // A link is valid for one purpose only.
    const token = url.split('=')[1] ?? '';
    expect((await stranger('POST', `/subscriptions/confirm?t=${token}`)).status).toBe(404);
    expect((await stranger('GET', `/preferences?t=${token}`)).status).toBe(404);
  });

  it('by one parcel with many addresses', async () => {
    const { number } = await parcel();
    for (let index = 0; index < 15; index += 1) await ask(number, `victim${index}@example.com`);
    expect(sent).toHaveLength(10);
  });

  it('by many requests at once', async () => {
    const parcels = await Promise.all(Array.from({ length: 8 }, () => parcel()));
    const numbers = parcels.flatMap(({ number }) => [number, number]);
    await Promise.all(numbers.map((number) => ask(number, 'atonce@example.com')));
    expect(sent).toHaveLength(3);
  });

  it('from one network address', async () => {
    const from = { 'x-forwarded-for': '203.0.113.9' };
    const body = { tracking_number: 'X', channel: 'email', address: 'a@example.com' };
    const statuses: number[] = [];
    for (let index = 0; index < 12; index += 1) {
      statuses.push((await stranger('POST', '/notifications/subscribe', body, from)).status);
    }
    expect(statuses.filter((status) => status === 202)).toHaveLength(10);
    expect(statuses.at(-1)).toBe(429);
  });

  it('after unsubscribing, nor can a stranger change a subscription', async () => {
    const { id, number } = await parcel();
    await subscribed(number, 'mine@example.com', { milestones: ['delivered'] });
    hub.clock.advance(DAY_MS + 1);
    await ask(number, 'mine@example.com', { milestones: [] });
    expect(sent).toEqual([]);
    await move(id, 'picked_up');
    expect(sent).toEqual([]);
  });
});

describe('an unsubscribe link', () => {
  it('ends one parcel’s messages by the mail program’s one click, and confirms again when repeated', async () => {
    const { id, number } = await parcel();
    await subscribed(number, 'ends@example.com');
    await move(id, 'picked_up');
    const url = pathOf(sent.at(-1)?.input.links.unsubscribeUrl);
    const page = await stranger('GET', url, undefined, { accept: 'text/html' });
    expect(page.text).toMatch(/<form[^>]* method="post"/);
    const click = () => stranger('POST', url, 'List-Unsubscribe=One-Click', FORM);
    expect((await click()).status).toBe(200);
    expect((await click()).status).toBe(200);
    sent.length = 0;
    await move(id, 'in_transit');
    await move(id, 'out_for_delivery');
    expect(sent).toEqual([]);
    const { rows } = await hub.db.pipeline.query<{ address: Buffer | null; state: string }>(
      `select address, state from subscriptions where shipment_id = $1`,
      [id],
    );
    expect(rows).toEqual([{ address: null, state: 'ended' }]);
  });

  it('works after more than a year, and not when it is another’s or forged', async () => {
    const { id, number } = await parcel();
    await subscribed(number, 'late@example.com');
    await move(id, 'picked_up');
    const links = sent.at(-1)?.input.links;
    hub.clock.advance(500 * DAY_MS);
    expect((await stranger('POST', pathOf(links?.unsubscribeUrl))).status).toBe(200);
    const token = pathOf(links?.unsubscribeUrl).split('=')[1] ?? '';
    const forged = token.slice(0, -2) + (token.endsWith('AA') ? 'BB' : 'AA');
    expect((await stranger('POST', `/unsubscribe?t=${forged}`)).status).toBe(404);
    expect((await stranger('POST', `/subscriptions/confirm?t=${token}`)).status).toBe(404);
    expect((await stranger('GET', `/preferences?t=${token}`)).status).toBe(404);
    expect((await stranger('GET', '/unsubscribe')).status).toBe(404);
  });
});

describe('a preferences link', () => {
  const recipient = { email: 'chooses@example.com', locale: 'en' };

  it('shows and stores milestones, language and quiet hours', async () => {
    const { id } = await parcel({ recipient });
    await move(id, 'picked_up');
    const url = pathOf(sent.at(-1)?.input.links.preferencesUrl);
    const page = await stranger('GET', url, undefined, { accept: 'text/html' });
    expect(page.text).toContain('value="picked_up" checked');
    expect(page.text).not.toContain('chooses@example.com');
    const saved = await stranger(
      'POST',
      url,
      'wanted=delivered&language=fr&from=22:00&to=06:30',
      FORM,
    );
    expect(saved.status).toBe(200);
    expect(saved.text).toContain('value="06:30"');
    sent.length = 0;
    await move(id, 'out_for_delivery');
    expect(sent).toEqual([]);
    hub.clock.set(Math.ceil(hub.clock.nowMs() / DAY_MS) * DAY_MS + DAY_MS / 2);
    await move(id, 'delivered');
    expect(sent.map(({ input }) => `${input.template} ${input.locale}`)).toEqual(['delivered fr']);
  });

  it('names the sender of the messages when the message did', async () => {
    await merchant('PUT', '/branding', { name: 'Northwind Outfitters' });
    const { id } = await parcel({ recipient: { email: 'named@example.com', locale: 'en' } });
    await move(id, 'picked_up');
    const url = pathOf(sent.at(-1)?.input.links.preferencesUrl);
    const shown = async (lang: string) =>
      (await stranger('GET', `${url}&lang=${lang}`, undefined, { accept: 'text/html' })).text;
    expect(await shown('en')).toContain('Messages from Northwind Outfitters about all parcels');
    expect(await shown('en')).toContain('These settings are for emails to this address.');
    expect(await shown('de')).toContain('Nachrichten von Northwind Outfitters zu allen Paketen');
    const saved = await stranger('POST', url, 'wanted=delivered', FORM);
    expect([saved.status, saved.text.includes('Northwind Outfitters')]).toEqual([200, true]);
    // Shortened or extended, it is another link, and invalid.
    expect((await stranger('GET', url.replace('_n.', '.'))).status).toBe(404);
    await merchant('PUT', '/branding', {});
  });

  it('rejects an incomplete time, and expires', async () => {
    const { id } = await parcel({ recipient: { email: 'halves@example.com' } });
    await move(id, 'picked_up');
    const url = pathOf(sent.at(-1)?.input.links.preferencesUrl);
    expect((await stranger('POST', url, 'from=22:00', FORM)).status).toBe(422);
    expect((await stranger('POST', url, '{}')).status).toBe(415);
    hub.clock.advance(91 * DAY_MS);
    expect((await stranger('GET', url)).status).toBe(410);
  });
});

describe('a number that several merchants track', () => {
  it('causes notifications that name neither', async () => {
    const { number } = await parcel();
    const other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
    await other('POST', '/shipments', { carrier, tracking_number: number });
    await ask(number, 'neutral@example.com');
    expect(sent.map(({ input }) => input.branded)).toEqual([false]);
    await merchant('PUT', '/branding', { name: 'Northwind Outfitters' });
    const confirm = pathOf(sent.at(-1)?.input.links.actionUrl);
    const confirmed = await stranger('POST', confirm, undefined, { accept: 'text/html' });
    expect(confirmed.text).toContain(`href="/track/${carrier}/${number}"`);
    expect(confirmed.text).not.toContain('Northwind');
    const { rows } = await hub.db.pipeline.query<{ id: string }>(
      `insert into recipient_preferences (id, merchant_id, mode, channel, address_hash, updated_at)
       values (gen_random_uuid(), $1, $2, 'email', '\\x00', now()) returning id`,
      [tenant.merchantId, tenant.mode],
    );
    const of = { preferenceId: rows[0]?.id ?? '' };
    for (const branded of [false, true]) {
      const token = signLink(KEYRING, {
        purpose: 'preferences',
        expiresAtS: 4e9,
        subject: branded ? `${of.preferenceId}_n` : of.preferenceId,
      });
      const { text } = await stranger('GET', `/preferences?t=${token}`);
      expect(text.includes('Northwind'), String(branded)).toBe(branded);
    }
    await merchant('PUT', '/branding', {});
    expect(tenant.merchantId).not.toBe('');
  });
});
