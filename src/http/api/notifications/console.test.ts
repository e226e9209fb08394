import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NotificationState } from '../../../reactions/notifications/contract.ts';
import { csrfOf, openTestConsole, type TestConsole } from '../../console/hub/test-console.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

let hub: TestHub;
let merchant: Caller;
let merchantId: string;
let cookie: string;
let visit: TestConsole['visit'];
let open: TestConsole;
beforeAll(async () => {
  hub = await createTestHub();
  const { text, tenant } = await hub.newKey({ merchant: 'shop' });
  merchant = callerOf(hub, text);
  merchantId = tenant.merchantId;
  open = await openTestConsole(hub);
  ({ cookie, visit } = open);
});
afterAll(() => hub.close());

async function message(state: NotificationState, reason: string | null): Promise<string> {
  const { rows } = await hub.db.pipeline.query<{ id: string }>(
    `insert into notifications (id, merchant_id, mode, shipment_id, occurred_at, milestone, template,
       channel, audience, address_hash, subject, state, reason, created_at, attempts, provider)
     values (gen_random_uuid(), $1, 'live', gen_random_uuid(), to_timestamp($2), 'delivered',
       'delivered', 'email', 'recipient', '\\x01', 'delivered', $3, $4, to_timestamp($2), 3, 'smtp')
     returning id`,
    [merchantId, hub.clock.nowMs() / 1_000, state, reason],
  );
  return rows[0]?.id ?? '';
}

/** What is well, on the overview. */
function checksIn(page: string): string {
  return /<ul class="card states".*?<\/ul>/s.exec(page)?.[0] ?? '';
}

describe('the overview', () => {
  it('calls the hub healthy only while nothing is failing, and names each problem', async () => {
    const healthy = (await visit('/console/hub', cookie)).text;
    expect(healthy).toContain('Running. 3 things to set up before going live');
    expect(healthy).toContain('No mail server yet');
    expect(healthy).toContain('lead to this machine only');
    expect(healthy).toContain('There is no backup yet');
    expect(healthy).toMatch(/Version [\d.]+ · embedded database, [\d,.]+ MB/);
    const checks = checksIn(healthy);
    // What this hub does not have is not checked.
    expect(checks).not.toContain('Webhook endpoints with problems');
    expect(checks).not.toContain('Shops disabled');
    expect(healthy).not.toContain('<li class="bad">');
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      const made = await merchant('POST', '/webhook-endpoints', {
        url: `https://${name}.example/`,
      });
      ids.push(String(made.body['id']));
    }
    await hub.db.pipeline.query(
      `update webhook_endpoints set state = 'disabled', disabled_reason = 'it answered 410 Gone'
       where id = $1`,
      [ids[0]],
    );
    await hub.db.pipeline.query('update webhook_endpoints set failing_since = $2 where id = $1', [
      ids[1],
      new Date(hub.clock.nowMs()),
    ]);
    await message('dead', 'The server is gone.');
    await message('sent', null);
    const { body } = await merchant('POST', '/shipments', { tracking_number: 'RA123456785US' });
    await hub.db.pipeline.query(
      `insert into exception_cases (id, merchant_id, mode, shipment_id, carrier, kind, opened_by,
         trigger, attempts, opened_at, updated_at, deadline_at, lane, tracking_number)
       select gen_random_uuid(), merchant_id, mode, id, carrier, 'damaged', 'facts', 'x', 0, $2,
         $2, $2, 'US-US', tracking_number from shipments where id = $1`,
      [body['id'], new Date(hub.clock.nowMs() - 60_000)],
    );
    const { text } = await visit('/console/hub', cookie);
    expect(text).toContain('<section class="health bad"');
    expect(text).toContain('Running, needs attention');
    // What needs attention is said once, the worst first, with what to do.
    expect(checksIn(text)).not.toContain('Webhook endpoints with problems');
    expect(text.match(/<li class="(?:bad|warn)">/g)?.join('')).toMatch(
      /^(<li class="bad">)+(<li class="warn">)+$/,
    );
    for (const words of [
      'Ask the merchant to repair the endpoint',
      'href="/console/hub/notifications?state=dead"',
      '1 webhook endpoint is disabled',
      '1 webhook endpoint is failing',
      '1 message was given up after all retries',
      '1 open case, 1 overdue',
      'email by smtp: 1 of 2 messages were not sent in the last day',
    ]) {
      expect(text).toContain(words);
    }
  });

  it('links each disabled shop, and counts shops by state', async () => {
    const { rows } = await hub.db.pipeline.query<{ id: string }>(
      `insert into shops (id, merchant_id, mode, platform, url, state, sealed, settings,
         imports_from, created_at)
       select gen_random_uuid(), $1, 'live', 'shopify', 'https://' || state || '.example', state,
         '\\x01', '{}', $2, $2 from unnest('{disabled,connected}'::text[]) as state
       returning id`,
      [merchantId, new Date(hub.clock.nowMs())],
    );
    const { text } = await visit('/console/hub', cookie);
    expect(text).toContain(
      `<a href="/console/shops/${rows[0]?.id}">The shop https://disabled.example of shop is disabled</a>`,
    );
    await hub.db.pipeline.query("delete from shops where state = 'disabled'");
    const repaired = checksIn((await visit('/console/hub', cookie)).text);
    expect(repaired).toMatch(/Shops disabled.*<b>0 <span class="soft">of 1</);
  });

  it('says of a working account that the check of its credentials was refused by a rate limit', async () => {
    const { tenant } = await hub.newKey({ merchant: 'limited', mode: 'test' });
    const credentials = { client_id: 'id', client_secret: 'secret' };
    const fedex = { carrier: 'fedex', label: 'Main', environment: 'sandbox' } as const;
    const { id } = await hub.accounts.create(tenant, { ...fedex, credentials });
    const at = hub.clock.nowMs() / 1_000;
    await hub.db.pipeline.query(
      `update carrier_accounts set verification = 'unverified', verification_at = to_timestamp($2),
         verification_reason = 'too many calls (429)' where id = $1`,
      [id, at - 60],
    );
    const unverified = (await visit('/console/hub', cookie)).text;
    expect(unverified).toMatch(/FedEx · Main.*credentials not verified .*too many calls \(429\)/s);
    await hub.db.pipeline.query(
      `insert into account_states (account_id, merchant_id, mode, carrier, health, health_since, last_ok_at)
       select id, merchant_id, mode, carrier, 'ok', to_timestamp($2), to_timestamp($2)
       from carrier_accounts where id = $1`,
      [id, at],
    );
    const recovered = (await visit('/console/hub', cookie)).text;
    expect(recovered).toMatch(
      /FedEx · Main.*>OK<.*answering again; the check of its credentials failed .*1 min ago.*\(429\)/s,
    );
  });

  it('has charts of the last day, with a scale, failures, and times by the reader’s clock', async () => {
    const did = (back: number) =>
      hub.db.pipeline.query(
        `insert into activity (at, kind, value) select to_timestamp($1), kind, n
         from (values ('polls', 7), ('failed_polls', 2)) as t (kind, n)`,
        [Math.floor(hub.clock.nowMs() / 300_000) * 300 - back],
      );
    await did(0);
    expect((await visit('/console/hub', cookie)).text).toContain('<div class="scaled">');
    await did(3_600);
    const { text } = await visit('/console/hub', cookie);
    expect(text).toContain('<div class="scaled"><span class="soft">7</span>');
    expect(text).toContain('<p class="late">10 answered, 4 failed or limited</p>');
    expect(text).toMatch(
      /<p class="soft times"><span>[^<]+<\/span><span>[^<]+<\/span><span>now<\/span>/,
    );
  });
});

describe('the notifications page', () => {
  it('lists problems of all merchants at first, or a state, and retries those given up', async () => {
    const dead = await message('dead', 'The second server is gone.');
    await message('not_sent', 'quiet_hours');
    const problems = (await visit('/console/hub/notifications', cookie)).text;
    // Of the others there may be too many to count.
    expect(problems).toMatch(
      /class="bad"[^>]*>problems <span>2<\/span>.*>waiting <span>0<\/span>/s,
    );
    expect(problems).toMatch(/>sent <\/a>/);
    expect(problems).toContain('The second server is gone.');
    expect(problems).not.toContain('waiting for the morning');
    const all = (await visit('/console/hub/notifications?show=all', cookie)).text;
    expect(all).toContain('The second server is gone.');
    expect(all).toContain('waiting for the morning');
    const page = await visit('/console/hub/notifications?state=dead', cookie);
    expect(page.text).toContain('The second server is gone.');
    expect(page.text).not.toContain('waiting for the morning');
    const csrf = csrfOf(page.text);
    const retry = () =>
      visit(`/console/hub/notifications/${dead}/retry`, cookie, { csrf, state: 'dead' });
    const done = await retry();
    expect([done.status, done.headers.get('location')]).toEqual([
      303,
      '/console/hub/notifications?state=dead&done=message_resent',
    ]);
    const { rows } = await hub.db.pipeline.query('select state from notifications where id = $1', [
      dead,
    ]);
    expect(rows).toEqual([{ state: 'queued' }]);
    expect((await retry()).status).toBe(409);
    expect((await visit('/console/hub/notifications?done=message_resent', cookie)).text).toContain(
      'Queued for sending',
    );
  });

  it('says which are in the mailbox, and decisions that are alike once', async () => {
    const { body } = await merchant('POST', '/shipments', { tracking_number: 'RA123456785US' });
    const kept = await message('sent', null);
    const same = [await message('not_sent', 'no_address'), await message('not_sent', 'no_address')];
    await hub.db.pipeline.query(
      `update notifications set shipment_id = $1,
         provider = case when id = $2 then 'mailbox' end where id = any($3)`,
      [body['id'], kept, [kept, ...same]],
    );
    const sent = (await visit('/console/hub/notifications?show=sent', cookie)).text;
    expect(sent).toContain('>in the mailbox</span>');
    expect(sent).toContain('<code>RA123456785US</code>');
    const unsent = (await visit('/console/hub/notifications?show=not_sent', cookie)).text;
    expect(unsent.match(/<code>RA123456785US<\/code>/g)).toHaveLength(1);
    expect(unsent).toContain('2×');
  });

  it('lets a viewer’s key change nothing, and rejects unknown ids', async () => {
    const dead = await message('dead', 'gone');
    const looker = await open.looker();
    const page = await visit('/console/hub/notifications', looker);
    expect(page.text).not.toContain('Retry');
    const form = { csrf: csrfOf(page.text) };
    expect((await visit(`/console/hub/notifications/${dead}/retry`, looker, form)).status).toBe(
      403,
    );
    const csrf = csrfOf((await visit('/console/hub', cookie)).text);
    for (const other of ['nonsense', '00000000-0000-7000-8000-000000000000']) {
      expect(
        (await visit(`/console/hub/notifications/${other}/retry`, cookie, { csrf })).status,
      ).toBe(404);
    }
  });
});
