import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { AfterShip, type AftershipError } from '@aftership/tracking-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapter as aftership } from '../../src/adapters/bridges/aftership/index.ts';
import { sandbox as aftershipSandbox } from '../../src/adapters/bridges/aftership/sandbox.ts';
import { adapter as easypost } from '../../src/adapters/bridges/easypost/index.ts';
import { sandbox as easypostSandbox } from '../../src/adapters/bridges/easypost/sandbox.ts';
import type { CarrierAdapter } from '../../src/adapters/contract/contract.ts';
import { openBench, type SandboxBench } from '../../src/adapters/test-sandbox.ts';
import { EasyPost } from '../support/compat/easypost-client.ts';

/** The services' own clients, unmodified but for the address, against the sandboxes of our bridges. */
const SECRET = 'sécret ﬁ';
const DAY_MS = 86_400_000;

/** A method that the client's types lack. */
interface BatchOfTrackers {
  retrieveBatch(wanted: { readonly tracking_codes: readonly string[] }): Promise<unknown>;
}

/** Pushes a registered parcel's journey to a hook, and returns the pushes. */
async function pushesOf(bench: SandboxBench, { manifest, bridge }: CarrierAdapter, number: string) {
  const { name } = manifest;
  const hook = await bench.listen();
  const session = bench.session();
  const account = session.credentials['api_key'] ?? '';
  const parcel = { carrierCode: 'fedex', reference: null, postalCode: null };
  await bridge?.register([{ trackingNumber: number, ...parcel }], session);
  bench.sandbox.subscribe(name, { account, numbers: null, url: hook.url, secret: SECRET });
  bench.sandbox.register(name, { number, scenario: 'delivered' });
  await bench.sandbox.advance(6 * DAY_MS);
  return hook.webhooks;
}

describe('EasyPost’s client', () => {
  let bench: SandboxBench;
  let client: EasyPost;
  beforeAll(async () => {
    bench = await openBench(easypost, easypostSandbox, { rates: [] });
    client = clientOf('EZTK-client');
  });
  afterAll(() => bench.close());

  function clientOf(key: string): EasyPost {
    return new EasyPost(key, { baseUrl: `${bench.sandbox.origin}/easypost/v2/` });
  }

  it('creates a tracker once, and reads it alone, in a batch and in pages', async () => {
    const { Tracker } = client;
    const one = await Tracker.create({ tracking_code: 'EZ4000000004', carrier: 'USPS' });
    expect(one).toMatchObject({ object: 'Tracker', status: 'delivered', carrier: 'USPS' });
    const again = await Tracker.create({ tracking_code: 'EZ4000000004', carrier: 'USPS' });
    expect(again.id).toBe(one.id);
    await Tracker.create({ tracking_code: 'EZ1000000001' });
    expect(await Tracker.retrieve(one.id)).toMatchObject({ id: one.id });
    const { retrieveBatch } = Tracker as object as BatchOfTrackers;
    const codes = { tracking_codes: ['EZ4000000004'] };
    expect(await retrieveBatch.call(Tracker, codes)).toMatchObject({
      trackers: [{ id: one.id }],
    });
    const first = await Tracker.all({ page_size: 1 });
    expect(first).toMatchObject({ trackers: [{ tracking_code: 'EZ1000000001' }], has_more: true });
    const second: unknown = await Tracker.getNextPage(first, 1);
    expect(second).toMatchObject({ trackers: [{ id: one.id }], has_more: false });
    await Tracker.delete(one.id);
    await expect(Tracker.retrieve(one.id)).rejects.toMatchObject({ statusCode: 404 });
  });

  it('gets errors that it can read', async () => {
    await expect(client.Tracker.create({ tracking_code: 'unheard-of' })).rejects.toMatchObject({
      statusCode: 422,
      code: 'TRACKER.CREATE.ERROR',
    });
    bench.sandbox.setCredentials('easypost', 'EZTK-revoked', null, 'wrong');
    await expect(clientOf('EZTK-revoked').Tracker.all({})).rejects.toMatchObject({
      statusCode: 401,
    });
  });

  it('accepts the webhooks of the sandbox, and so does the hub', async () => {
    const pushes = await pushesOf(bench, easypost, 'EZ9000000097');
    expect(pushes.length).toBeGreaterThan(3);
    for (const { headers, rawBody } of pushes) {
      const event: unknown = client.Utils.validateWebhook(Buffer.from(rawBody), headers, SECRET);
      expect(event).toMatchObject({ description: 'tracker.updated' });
      expect(easypost.webhook?.verify({ headers, rawBody }, [SECRET], 0)).toMatchObject({
        ok: true,
      });
    }
  });
});

describe('AfterShip’s client', () => {
  let bench: SandboxBench;
  beforeAll(async () => {
    bench = await openBench(aftership, aftershipSandbox, { rates: [] });
  });
  afterAll(() => bench.close());

  const clientOf = (api_key: string) =>
    new AfterShip({ api_key, domain: `${bench.sandbox.origin}/aftership`, max_retry: 0 });
  const failureOf = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: AftershipError) => [error.code, error.meta_code, error.status_code],
    );

  it('creates a tracking once, and reads it alone and in pages', async () => {
    const { tracking } = clientOf('asat_client');
    const number = '61299990000000000045';
    const { data: one, response_headers } = await tracking.createTracking({
      tracking_number: number,
      slug: 'fedex',
    });
    expect(one).toMatchObject({ tracking_number: number, tag: 'Delivered' });
    expect(response_headers).toHaveProperty('x-ratelimit-remaining');
    expect(await failureOf(tracking.createTracking({ tracking_number: number }))).toEqual([
      'TRACKING_ALREADY_EXIST',
      4003,
      400,
    ]);
    await tracking.createTracking({ tracking_number: '61299990000000000021', slug: 'fedex' });
    const { data: first } = await tracking.getTrackings({ limit: 1 });
    expect(first).toMatchObject({ pagination: { total: 2, has_next_page: true } });
    const cursor = first?.pagination?.next_cursor ?? '';
    const { data: second } = await tracking.getTrackings({ limit: 1, cursor });
    expect(second?.trackings).toMatchObject([{ id: one.id }]);
    const id = one.id ?? '';
    expect((await tracking.getTrackingById(id)).data.checkpoints).toHaveLength(8);
    await tracking.deleteTrackingById(id);
    expect(await failureOf(tracking.getTrackingById(id))).toEqual([
      'TRACKING_DOES_NOT_EXIST',
      4004,
      404,
    ]);
  });

  it('gets errors with the codes that it knows', async () => {
    const { tracking } = clientOf('asat_client');
    expect(await failureOf(tracking.createTracking({ tracking_number: 'UNHEARD1' }))).toEqual([
      'BAD_COURIER',
      4012,
      400,
    ]);
    bench.sandbox.setCredentials('aftership', 'asat_revoked', null, 'wrong');
    expect(await failureOf(clientOf('asat_revoked').tracking.getTrackings())).toEqual([
      'API_KEY_INVALID',
      401,
      401,
    ]);
  });

  it('has webhooks in the sandbox that the hub accepts', async () => {
    const pushes = await pushesOf(bench, aftership, '61299990000000000083');
    expect(pushes.length).toBeGreaterThan(3);
    for (const push of pushes) {
      expect(aftership.webhook?.verify(push, [SECRET], 0)).toMatchObject({ ok: true });
      expect(aftership.webhook?.verify(push, ['another'], 0)).toMatchObject({ ok: false });
    }
  });
});

// ---------------------------------------------------------------- recordings

/** What EasyPost's own client recorded; it is not part of the repository. */
const RECORDED = new URL('../../../shared/data/easypost/', import.meta.url);
const hasRecorded = existsSync(RECORDED);
if (!hasRecorded) process.stderr.write(`SKIPPED: no recordings of EasyPost at ${RECORDED}\n`);

describe.skipIf(!hasRecorded)('EasyPost’s own recordings', () => {
  const textOf = (name: string) => readFileSync(new URL(name, RECORDED), 'utf8');

  it('contain trackers of which every event is read', () => {
    const answers = readdirSync(RECORDED)
      .filter((name) => /^Tracker-.*\.har$/.test(name))
      .flatMap((name) => (JSON.parse(textOf(name)) as Recording).log.entries)
      .filter(({ request }) => request.method !== 'DELETE')
      .map(({ response }) => response.content.text);
    expect(answers.length).toBeGreaterThan(5);
    for (const text of answers) {
      const events = text.split('"object":"TrackingDetail"').length - 1;
      const read = easypost.parse({ text, kind: 'track', httpStatus: 200 });
      const reports = read.outcome === 'reports' ? read.reports : [];
      expect(reports.flatMap(({ facts }) => facts)).toHaveLength(events);
      expect(reports.every(({ carrier }) => carrier === 'USPS')).toBe(true);
    }
  });

  it('contain a webhook that is verified and read', () => {
    // Without the end of the file's line.
    const rawBody = Buffer.from(textOf('event-body.json').trimEnd());
    const { secret, hmac_signature } = JSON.parse(textOf('webhook-vector.json')) as Vector;
    const headers = { 'x-hmac-signature': hmac_signature };
    expect(easypost.webhook?.verify({ headers, rawBody }, [secret], 0)).toEqual({
      ok: true,
      trust: 'signed',
    });
    const read = easypost.parse({ text: rawBody.toString('utf8'), kind: 'webhook' });
    const [report] = read.outcome === 'reports' ? read.reports : [];
    expect(report).toMatchObject({ trackingNumber: '1', carrier: 'FedEx' });
    expect(report?.facts).toHaveLength(7);
    expect(report?.snapshot).toMatchObject({
      estimatedDelivery: { date: '2024-08-05' },
      weightG: 17_418,
      serviceLevel: 'FEDEX_GROUND',
    });
  });
});

interface Recording {
  readonly log: {
    readonly entries: readonly {
      readonly request: { readonly method: string };
      readonly response: { readonly content: { readonly text: string } };
    }[];
  };
}

interface Vector {
  readonly secret: string;
  readonly hmac_signature: string;
}
