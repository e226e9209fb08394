import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPublic, type TestPublic } from '../../public/tracking/test-public.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { personalLinkAnswer } from './routes.ts';

const HTML = { accept: 'text/html' };

let site: TestPublic;
let api: Caller;
let other: Caller;
beforeAll(async () => {
  site = await openTestPublic();
  api = callerOf(site.hub, (await site.hub.newKey()).text);
  other = callerOf(site.hub, (await site.hub.newKey({ merchant: 'other' })).text);
});
afterAll(() => site.close());

async function shipment(number: string, recipient: unknown): Promise<string> {
  const [carrier] = site.carriers;
  const wanted = { carrier, tracking_number: number, recipient, order_id: 'LINK-1' };
  return String((await api('POST', '/v1/shipments', wanted)).body['id']);
}

const ask = (id: string, body?: unknown) => api('POST', `/v1/shipments/${id}/links`, body);
const pathOf = (url: unknown) => String(url).replace(site.hub.url, '');

describe('a personal link', () => {
  it('opens the page for the recipient, like the link in a message', async () => {
    const id = await shipment('LINK1', { email: 'reader@example.com' });
    const { status, body } = await ask(id);
    expect(status).toBe(200);
    const link = personalLinkAnswer.parse(body);
    expect(link).toMatchObject({ shipment_id: id, bound_to: 'email' });
    expect(link.url.startsWith(`${link.tracking_url}?t=ss.`)).toBe(true);
    const page = await site.call('GET', pathOf(link.url), undefined, HTML);
    expect(page.status).toBe(200);
    expect(page.text).toContain('LINK-1');
    const plain = await site.call('GET', pathOf(link.tracking_url), undefined, HTML);
    expect(plain.text).not.toContain('LINK-1');
  });

  it('is the same within the hour, and different for another lifetime', async () => {
    const id = await shipment('LINK2', { email: 'reader@example.com' });
    // Exactly on the hour, the next period begins.
    site.hub.clock.advance(60_000);
    const first = (await ask(id, { expires_in_hours: 2 })).body;
    site.hub.clock.advance(30 * 60_000);
    expect((await ask(id, { expires_in_hours: 3 })).body['url']).not.toBe(first['url']);
    const hours = (Date.parse(String(first['expires_at'])) - site.hub.clock.nowMs()) / 3_600_000;
    expect(hours).toBeGreaterThan(1);
    expect(hours).toBeLessThanOrEqual(3);
    expect((await ask(id, { expires_in_hours: 2 })).body['url']).toBe(first['url']);
  });

  it('expires, and ends when the recipient changes', async () => {
    const id = await shipment('LINK3', { phone: '+4915112345678' });
    const { body } = await ask(id, { expires_in_hours: 1 });
    expect(body['bound_to']).toBe('phone');
    await api('PATCH', `/v1/shipments/${id}`, { recipient: { email: 'new@example.com' } });
    const page = () => site.call('GET', pathOf(body['url']), undefined, HTML);
    expect((await page()).text).not.toContain('LINK-1');
    await api('PATCH', `/v1/shipments/${id}`, { recipient: { phone: '+4915112345678' } });
    expect((await page()).text).toContain('LINK-1');
    site.hub.clock.advance(2 * 3_600_000);
    expect((await page()).text).not.toContain('LINK-1');
  });

  it('needs a recipient, and says how to give one', async () => {
    const { status, body } = await ask(await shipment('LINK4', null));
    expect([status, body['type']]).toEqual([409, '/docs/errors#conflict']);
    expect(body['fix']).toContain('PATCH /v1/shipments/{id}');
  });

  it('is for the shipment’s merchant, with a key that has the write scope', async () => {
    const id = await shipment('LINK5', { email: 'reader@example.com' });
    expect((await other('POST', `/v1/shipments/${id}/links`)).status).toBe(404);
    expect((await ask('no-id')).status).toBe(404);
    const { text } = await site.hub.newKey({ scopes: ['shipments:read'] });
    const reader = callerOf(site.hub, text);
    expect((await reader('POST', `/v1/shipments/${id}/links`)).status).toBe(403);
    for (const wrong of [{ expires_in_hours: 0 }, { expires_in_hours: 721 }, { purpose: 'x' }]) {
      expect((await ask(id, wrong)).status).toBe(422);
    }
  });
});
