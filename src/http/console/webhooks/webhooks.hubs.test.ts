import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const AT = '/console/webhooks';

let hub: TestHub;
let desk: TestDesk;
let id: string;

beforeAll(async () => {
  hub = await createTestHub();
  const keys = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
  await bootstrap(keys, KEY);
  desk = await openTestDesk(hub, hub.members);
});
afterAll(() => hub?.close());

const open = async (path: string) => (await desk.visit(path, desk.owner)).text;
const post = (path: string, form: Record<string, string>) => desk.visit(path, desk.owner, form);
const goesTo = async (form: Record<string, string>) =>
  (await post(`${AT}/${id}`, form)).headers.get('location');

/** The value of one term in a page's list of facts. */
function fact(page: string, term: string): string {
  const said = page.split(`<dt>${term}</dt>`)[1]?.split('</dd>')[0] ?? '';
  return said
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

describe('the desk’s webhooks', () => {
  it('are created for some events, and changed', async () => {
    expect(await open(AT)).toContain('<details><summary>Request<');
    const form = { url: `${hub.url}/in`, description: 'Shop', event: 'shipment.delivered' };
    const made = await post(AT, form);
    expect(made.text).toContain('<details><summary>Request<');
    expect(made.text).toContain('whsec_');
    id = String(/\/console\/webhooks\/([0-9a-f-]{36})/.exec(made.text)?.[1]);
    const page = await open(`${AT}/${id}`);
    expect(fact(page, 'Events')).toBe('shipment.delivered');
    expect(page).toMatch(/value="shipment.delivered" checked/);
    expect(page).not.toContain('whsec_');
    const odd = await post(`${AT}/${id}`, {
      do: 'change',
      url: 'nowhere',
      event: 'shipment.created',
    });
    expect([odd.status, odd.text.includes('id="fault"'), odd.text.includes('nowhere')]).toEqual([
      ...[422, true, true],
    ]);
    const none = await post(`${AT}/${id}`, { do: 'change', url: 'https://x', event: 'no.such' });
    expect(none.status).toBe(422);
    expect(await goesTo({ do: 'change', url: `${hub.url}/on`, event: '' })).toBe(
      `${AT}/${id}?done=changed`,
    );
    const changed = await open(`${AT}/${id}?done=changed`);
    expect([fact(changed, 'Events'), changed.includes('Saved.')]).toEqual(['all', true]);
  });

  it('are created in the format of another service, which the list shows', async () => {
    const form = { url: `${hub.url}/as-easypost`, format: 'easypost' };
    const made = await post(AT, form);
    expect([made.status, made.text.includes('whsec_')]).toEqual([200, true]);
    expect(made.text).toMatch(/as-easypost<\/a>.*?<td[^>]*>EasyPost<\/td>/s);
    const { rows } = await hub.db.pipeline.query(
      "select format from webhook_endpoints where format <> 'waybill'",
    );
    expect(rows).toEqual([{ format: 'easypost' }]);
    expect((await post(AT, form)).status).toBe(422);
    expect((await post(AT, { ...form, format: 'aftership' })).status).toBe(200);
    const again = await post(AT, { url: 'nowhere', format: 'aftership' });
    expect(again.text).toMatch(/<option selected value="aftership"|value="aftership" selected/);
  });

  it('show deliveries with each attempt, and resend them', async () => {
    const tested = await post(`${AT}/${id}`, { do: 'test' });
    expect(tested.text).toContain('was not accepted');
    const delivery = String(/\/deliveries\/([0-9a-f-]{36})/.exec(tested.text)?.[1]);
    const page = await open(`${AT}/${id}/deliveries/${delivery}`);
    expect(page).toContain('webhook_endpoint.test');
    expect(page).toContain('&quot;type&quot;: &quot;webhook_endpoint.test&quot;');
    expect(page).toContain('answered 404');
    for (const [language, reason] of [
      ['de', 'antwortete 404'],
      ['es', 'respondió 404'],
      ['fr', 'a répondu 404'],
    ] as const) {
      const visit = async (path: string) =>
        (await desk.visit(path, desk.owner, undefined, { 'accept-language': language })).text;
      expect(await visit(`${AT}/${id}/deliveries/${delivery}`)).toContain(`<span>${reason}</span>`);
      expect(await visit(`${AT}/${id}`)).toContain(`<span>${reason}</span>`);
    }
    const again = await post(`${AT}/${id}/deliveries/${delivery}`, {});
    expect([again.status, again.text.includes('cannot be sent again')]).toEqual([409, true]);
    expect(await open(`${AT}/${id}?state=delivered`)).toContain(
      'Nothing was sent, or it is no longer stored.',
    );
    expect(await open(`${AT}/${id}?type=shipment.created`)).toContain(
      'Nothing was sent, or it is no longer stored.',
    );
    expect(await open(`${AT}/${id}?type=webhook_endpoint.test`)).toContain(delivery);
    expect((await desk.visit(`${AT}/${id}/deliveries/${id}`, desk.owner)).status).toBe(404);
  });

  it('are disabled and enabled, and get a new secret, which is shown once', async () => {
    expect(await goesTo({ do: 'disable' })).toBe(`${AT}/${id}?done=disabled`);
    expect(fact(await open(`${AT}/${id}`), 'Disabled because')).toBe('disabled by you');
    const german = await desk.visit(`${AT}/${id}`, desk.owner, undefined, {
      'accept-language': 'de',
    });
    expect(fact(german.text, 'Abgeschaltet, weil')).toBe('von Ihnen abgeschaltet');
    expect(await goesTo({ do: 'enable', missed: 'cancel' })).toBe(`${AT}/${id}?done=active`);
    const rotated = await post(`${AT}/${id}`, { do: 'rotate' });
    expect(rotated.text).toMatch(/whsec_\S+/);
    expect(fact(rotated.text, 'The old secret signs as well until')).toMatch(/^Mar 11, 2026/);
    expect(await open(`${AT}/${id}`)).not.toContain('whsec_');
    expect(await goesTo({ do: 'replay' })).toBe(`${AT}/${id}?done=replayed`);
  });

  it('are the merchant’s own, and only for members with the right', async () => {
    const support = await desk.member('sue@shop.example', 'support');
    expect((await desk.visit(`${AT}/${id}`, support)).status).toBe(403);
    const stranger = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
    const theirs = await stranger('POST', '/webhook-endpoints', { url: `${hub.url}/theirs` });
    const other = String(theirs.body['id']);
    expect((await desk.visit(`${AT}/${other}`, desk.owner)).status).toBe(404);
    for (const doing of ['test', 'remove', 'rotate', 'disable', 'replay']) {
      expect([doing, (await post(`${AT}/${other}`, { do: doing })).status]).toEqual([doing, 404]);
    }
    expect(await goesTo({ do: 'remove' })).toBe(AT);
    expect((await desk.visit(`${AT}/${id}`, desk.owner)).status).toBe(404);
  });

  it('are the target again after signing in', async () => {
    const away = await desk.visit('/console/sender?setup=sender', '');
    expect(away.headers.get('location')).toBe(
      '/console/sign-in?next=%2Fconsole%2Fsender%3Fsetup%3Dsender',
    );
  });
});
