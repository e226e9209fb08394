import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csrfOf, openTestConsole, type TestConsole } from '../../console/hub/test-console.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

let hub: TestHub;
let merchant: Caller;
let cookie: string;
let visit: TestConsole['visit'];
let open: TestConsole;
beforeAll(async () => {
  hub = await createTestHub();
  merchant = callerOf(hub, (await hub.newKey({ merchant: 'shop' })).text);
  open = await openTestConsole(hub);
  ({ cookie, visit } = open);
});
afterAll(() => hub.close());

async function endpoint(url: string): Promise<string> {
  const made = await merchant('POST', '/webhook-endpoints', { url, description: 'order system' });
  return String(made.body['id']);
}

async function givenUp(endpointId: string, type: string): Promise<string> {
  const { rows } = await hub.db.pipeline.query<{ id: string }>(
    `insert into webhook_deliveries (id, endpoint_id, merchant_id, mode, subject_id, event_id, type,
       sequence, body, state, attempts, tries, last_status, last_reason, recorded_at, queued_at)
     select gen_random_uuid(), e.id, e.merchant_id, e.mode, gen_random_uuid(), gen_random_uuid(),
       $2, 1, '{}', 'dead', 20, 20, 500, 'answered 500', to_timestamp($3), to_timestamp($3)
     from webhook_endpoints e where e.id = $1 returning id`,
    [endpointId, type, hub.clock.nowMs() / 1_000],
  );
  return rows[0]?.id ?? '';
}

describe('the webhooks page', () => {
  it('lists endpoints of all merchants, those with problems first, and no token of a URL', async () => {
    const well = await endpoint('https://well.example/hook?token=marker-of-a-token');
    const off = await endpoint('https://off.example/');
    await hub.db.pipeline.query(
      `update webhook_endpoints set state = 'disabled', disabled_reason = 'it answered 410 Gone'
       where id = $1`,
      [off],
    );
    const gaveUp = await endpoint('https://gave-up.example/');
    await givenUp(gaveUp, 'shipment.delivered');
    const tested = await endpoint('https://tested.example/');
    await givenUp(tested, 'webhook_endpoint.test');
    const { status, text } = await visit('/console/hub/webhooks', cookie);
    expect(status).toBe(200);
    expect(text).not.toContain('marker-of-a-token');
    const order = [...text.matchAll(/href="\/console\/hub\/webhooks\/([0-9a-f-]{36})"/g)].map(
      ([, id]) => id,
    );
    // Healthy ones created in the same instant have no order.
    expect(order.slice(0, 2)).toEqual([off, gaveUp]);
    expect(order.slice(2).sort()).toEqual([tested, well].sort());
    expect(text).toMatch(/well\.example <code>[0-9a-f]{6}<\/code>/);
    expect(text).toContain('shop');
    expect(text).toMatch(/all <span>4<\/span>.*with problems <span>2<\/span>/);
    const trouble = (await visit('/console/hub/webhooks?show=trouble', cookie)).text;
    expect([off, gaveUp, tested, well].map((id) => trouble.includes(id))).toEqual([
      ...[true, true, false, false],
    ]);
  });

  it('shows one with its deliveries, resends those given up, and enables it', async () => {
    const id = await endpoint('https://one.example/');
    const delivery = await givenUp(id, 'shipment.delivered');
    const { body } = await merchant('POST', '/shipments', { tracking_number: 'RA123456785US' });
    await hub.db.pipeline.query('update webhook_deliveries set subject_id = $2 where id = $1', [
      delivery,
      body['id'],
    ]);
    const page = await visit(`/console/hub/webhooks/${id}?state=dead`, cookie);
    expect(page.text).toContain(
      `<a href="/console/shipments/${body['id']}"><code>RA123456785US</code></a>`,
    );
    expect(page.text).toContain('answered 500');
    expect(page.text).toContain('Resend failed deliveries');
    const csrf = csrfOf(page.text);
    const again = await visit(`/console/hub/webhooks/${id}/replay`, cookie, { csrf });
    expect([again.status, again.headers.get('location')]).toEqual([
      303,
      `/console/hub/webhooks/${id}?done=resent`,
    ]);
    const stateOf = async () =>
      (await merchant('GET', `/webhook-endpoints/${id}/deliveries/${delivery}`)).body['state'];
    // Delivery ids contain their time; this one was made up and is not found by time.
    const one = await visit(`/console/hub/webhooks/${id}/replay`, cookie, { csrf, delivery });
    expect(one.status).toBe(303);
    expect(await stateOf()).toBe('waiting');
    await merchant('PATCH', `/webhook-endpoints/${id}`, { state: 'disabled' });
    expect((await visit(`/console/hub/webhooks/${id}`, cookie)).text).toContain(
      'disabled by the merchant',
    );
    await visit(`/console/hub/webhooks/${id}/enable`, cookie, { csrf });
    const now = await merchant('GET', `/webhook-endpoints/${id}`);
    expect(now.body['state']).toBe('active');
    expect((await visit(`/console/hub/webhooks/${id}?done=enabled`, cookie)).text).toContain(
      'Enabled.',
    );
  });

  it('lets a viewer’s key change nothing, and rejects unknown ids', async () => {
    const id = await endpoint('https://looked-at.example/');
    await givenUp(id, 'shipment.delivered');
    const looker = await open.looker();
    const page = await visit(`/console/hub/webhooks/${id}`, looker);
    expect(page.text).not.toContain('Resend');
    const csrf = csrfOf(page.text);
    for (const action of ['replay', 'enable']) {
      expect((await visit(`/console/hub/webhooks/${id}/${action}`, looker, { csrf })).status).toBe(
        403,
      );
    }
    for (const other of ['nonsense', '00000000-0000-7000-8000-000000000000', '%3Cscript%3E']) {
      const got = await visit(`/console/hub/webhooks/${other}`, cookie);
      expect([got.status, got.text.includes('<script>')]).toEqual([404, false]);
    }
  });

  it('shows merchants’ input as text', async () => {
    const made = await merchant('POST', '/webhook-endpoints', {
      url: 'https://evil.example/',
      description: '"><script>alert(1)</script>',
    });
    for (const path of ['/console/hub/webhooks', `/console/hub/webhooks/${made.body['id']}`]) {
      expect((await visit(path, cookie)).text).not.toContain('<script>');
    }
  });
});
