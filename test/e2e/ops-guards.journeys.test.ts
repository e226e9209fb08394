import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../src/http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import { createOperatorKey } from '../../src/merchants/index.ts';
import { systemRandom } from '../../src/platform/clock.ts';
import { parcelNumber } from '../support/fedex-push.ts';
import { personalPush, push } from '../support/hubs/ops-hub.ts';

/** Safeguards against operators who undo each other's work, or a rollback, unnoticed. */
let hub: TestHub;
let ops: Caller;
let merchant: Caller;
beforeAll(async () => {
  hub = await createTestHub();
  const deps = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
  const key = await createOperatorKey(deps, { name: 'o', scopes: ['ops:read', 'ops:write'] });
  ops = callerOf(hub, key.text);
  merchant = callerOf(hub, (await hub.newKey()).text);
});
afterAll(() => hub.close());

let parcels = 0;

/** A parcel with an event of that code, whose status the carrier derives as another one. */
async function unknownEntry(code: string, text: string): Promise<Record<string, unknown>> {
  const number = parcelNumber(parcels);
  parcels += 1;
  await merchant('POST', '/v1/shipments', { carrier: 'fedex', tracking_number: number });
  const body = JSON.parse(
    personalPush(number, [{ code, date: '2026-03-09T08:00:00-06:00', text }]),
  );
  const [result] = body.output.completeTrackResults[0].trackResults;
  for (const event of result.scanEvents) event.derivedStatusCode = 'IT';
  await push(hub, JSON.stringify(body));
  await hub.settled();
  const { body: page } = await ops('GET', '/v1/ops/review');
  const entries = page['data'] as Record<string, unknown>[];
  const found = entries.find((each) => Object(each['codes']).event === code);
  if (found === undefined) throw new Error(`${code} is not in the queue`);
  return found;
}

const resolve = (entry: Record<string, unknown>, body: object) =>
  ops('POST', `/v1/ops/review/${entry['id']}/resolve`, body);

const overlayText = async () => {
  const { body } = await ops('GET', '/v1/ops/mappings/fedex/overlay');
  return typeof body['text'] === 'string' ? body['text'] : '';
};

const inForce = async () => {
  const { body } = await ops('GET', '/v1/ops/mappings');
  const found = (body['data'] as Record<string, unknown>[]).find(
    (each) => each['carrier'] === 'fedex',
  );
  return String(found?.['version']);
};

describe('an unknown code', () => {
  it('gets its guess from its own words, not from the documentation of a code beside it', async () => {
    const entry = await unknownEntry('QX', 'Held at customs');
    expect(entry).toMatchObject({ documented: null, guess: { status: 'exception' } });
    const why = Object(entry['guess']).why.join(' ');
    expect(why).not.toMatch(/documentation/);
    expect(why).not.toMatch(/in_transit|in transit/);
  });

  it('accepts no rule that replaces one for other parcels too', async () => {
    const entry = await unknownEntry('QY', 'Something');
    const before = await inForce();
    const refused = await resolve(entry, { status: 'exception', match: { derived: 'IT' } });
    expect([refused.status, refused.text]).toEqual([422, refused.text]);
    expect(refused.text).toMatch(/already has a rule \(.*fedex\.yaml:\d+, in_transit\)/);
    expect(await inForce()).toBe(before);
    expect(await overlayText()).not.toContain('IT');
  });

  it('is resolved by one of two concurrent operators, and stays as decided', async () => {
    const entry = await unknownEntry('QZ', 'Something');
    const meanings = ['exception', 'delivery_attempted', 'in_transit', 'at_facility'];
    const answers = await Promise.all(meanings.map((status) => resolve(entry, { status })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    expect((await overlayText()).match(/QZ/g)).toHaveLength(1);

    const again = await resolve(entry, { status: 'exception' });
    expect([again.status, again.body['detail']]).toEqual([
      409,
      expect.stringMatching(/already a rule for these codes.*\/overlay/),
    ]);
    const dismissed = await ops('POST', `/v1/ops/review/${entry['id']}/dismiss`, {});
    expect(dismissed.status).toBe(409);
    const { body } = await ops('GET', `/v1/ops/review/${entry['id']}`);
    expect(body['state']).toBe('settled');
  });

  it('is dismissed once, and may be resolved after that', async () => {
    const entry = await unknownEntry('QW', 'Something');
    const path = `/v1/ops/review/${entry['id']}/dismiss`;
    expect((await ops('POST', path, { note: 'first' })).status).toBe(204);
    expect((await ops('POST', path, { note: 'second' })).status).toBe(409);
    const { body } = await ops('GET', `/v1/ops/review/${entry['id']}`);
    expect(body['ended']).toMatchObject({ note: 'first' });
    expect((await resolve(entry, { status: 'exception' })).status).toBe(200);
  });

  it('does not end a rollback when it is resolved', async () => {
    const entry = await unknownEntry('QV', 'Something');
    const { body } = await ops('POST', '/v1/ops/mappings/fedex/rollback', {});
    const refused = await resolve(entry, { status: 'exception' });
    expect([refused.status, refused.body['detail']]).toEqual([
      409,
      expect.stringMatching(
        new RegExp(`rolled back to ${String(body['version']).slice(0, 12)}.*apply fedex files`),
      ),
    ]);
    const text = await overlayText();
    const put = await ops('PUT', '/v1/ops/mappings/fedex/overlay', { text });
    expect([put.status, put.body['detail']]).toEqual([
      409,
      expect.stringContaining('end_rollback: true'),
    ]);
    expect((await ops('DELETE', '/v1/ops/mappings/fedex/overlay')).status).toBe(409);
    expect(await inForce()).toBe(body['version']);
    await ops('POST', '/v1/ops/mappings/fedex/apply', { version: 'files' });
    expect((await resolve(entry, { status: 'exception' })).status).toBe(200);
  });
});

describe('mappings', () => {
  it('compare with files as applying the files would', async () => {
    const job = await ops('POST', '/v1/ops/mappings/fedex/diff', { from: 'active', to: 'files' });
    const applied = await ops('POST', '/v1/ops/mappings/fedex/apply', { version: 'files' });
    expect(job.body['to_version']).toBe(applied.body['version']);
    await hub.runJobs();
    const { body } = await ops('GET', `/v1/ops/mapping-jobs/${job.body['id']}`);
    expect(body).toMatchObject({ state: 'done', facts_changed: 0 });
  });

  it('roll back to the one before, and to any by its name', async () => {
    const { body } = await ops('GET', '/v1/ops/mappings/fedex/versions');
    const versions = (body['data'] as { version: string; is_active: boolean }[]).filter(
      ({ is_active }) => !is_active,
    );
    const [before, , further] = versions.map(({ version }) => version);
    const one = await ops('POST', '/v1/ops/mappings/fedex/rollback', { to: further?.slice(0, 10) });
    expect([one.body['version'], before === further]).toEqual([further, false]);
    const unknown = await ops('POST', '/v1/ops/mappings/fedex/rollback', { to: '000000' });
    expect(unknown.status).toBe(404);
    await ops('POST', '/v1/ops/mappings/fedex/apply', { version: 'files' });
  });
});

const KINDS = [
  ['the deployment’s', '/v1/ops/mappings/fedex/overlay', () => ops],
  ['a merchant’s', '/v1/mapping-overlays/fedex', () => merchant],
] as const;

describe.each(KINDS)('an overlay, %s', (_, path, caller) => {
  const textOf = (code: string) =>
    `carrier: fedex\nrules:\n  - { match: { event: "${code}" }, status: exception }\n`;

  it('is changed by one of those who have read the same version', async () => {
    const call = caller();
    const first = await call('PUT', path, { text: textOf('Q0') });
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toBe(`"${first.body['generation']}"`);
    expect((await call('GET', path)).headers.get('etag')).toBe(etag);

    const puts = ['Q1', 'Q2', 'Q3', 'Q4'].map((code) =>
      call('PUT', path, { text: textOf(code) }, { 'if-match': etag }),
    );
    const answers = await Promise.all(puts);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
    const refused = answers.find(({ status }) => status === 412);
    expect(refused?.body['type']).toMatch(/precondition_failed/);

    const stale = await call('DELETE', path, undefined, { 'if-match': etag });
    expect(stale.status).toBe(412);
    const fresh = (await call('GET', path)).headers.get('etag') ?? '';
    const weak = await call('DELETE', path, undefined, { 'if-match': `W/${fresh}` });
    expect(weak.status).toBe(412);
    const odd = await call('DELETE', path, undefined, { 'if-match': 'seven' });
    expect([odd.status, odd.text]).toEqual([422, expect.stringContaining('If-Match')]);
    const listed = { 'if-match': `"1000000", ${fresh}` };
    expect((await call('PUT', path, { text: textOf('Q5') }, listed)).status).toBe(200);
    expect((await call('DELETE', path, undefined, { 'if-match': '*' })).status).toBe(200);
    const gone = await call('PUT', path, { text: textOf('Q6') }, { 'if-match': '*' });
    expect(gone.status).toBe(412);
  });
});

it('the overview counts accounts that have not been polled yet', async () => {
  const { tenant } = await hub.newKey({ merchant: 'accounts' });
  await hub.db.pipeline.query(
    `insert into carrier_accounts (id, merchant_id, mode, carrier, label, webhook_secrets, environment, created_at)
     select gen_random_uuid(), $1, 'test', 'fedex', 'n' || n, '', 'carrier_test', now() from generate_series(1, 3) n`,
    [tenant.merchantId],
  );
  const { body } = await ops('GET', '/v1/ops');
  expect(body['accounts_by_state']).toEqual({ idle: 3 });
  expect(body['accounts']).toHaveLength(3);
});
