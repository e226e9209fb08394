import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap, createOperatorKey } from '../../../platform/api-keys.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { commandShipment } from '../../../tracking/index.ts';
import { type Answered, type Caller, callerOf } from '../../test-client.ts';
import { createTestHub, type TestHub } from '../../test-hub.ts';
import { lastWeeks } from './exception-chart.tsx';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const MARKER = '<b>Elm St 1</b>';

let hub: TestHub;
let merchant: Caller;
let tenant: Awaited<ReturnType<TestHub['newKey']>>['tenant'];
let cookie: string;
beforeAll(async () => {
  hub = await createTestHub();
  await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
  const made = await hub.newKey({ merchant: 'shop' });
  tenant = made.tenant;
  merchant = callerOf(hub, made.text);
  cookie = await signIn(KEY);
  await hub.workExceptions();
});
afterAll(() => hub.close());

const csrfOf = (text: string) => /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
const cookiesOf = ({ headers }: Answered) =>
  headers
    .getSetCookie()
    .map((each) => each.split(';')[0] ?? '')
    .filter((pair) => !pair.endsWith('='))
    .join('; ');

/** As a browser asks. */
function visit(path: string, as: string, form?: Readonly<Record<string, string>>) {
  const headers = {
    accept: 'text/html',
    cookie: as,
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
  };
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  return callerOf(hub, null)(form === undefined ? 'GET' : 'POST', path, body, headers);
}

async function signIn(key: string): Promise<string> {
  const page = await visit('/ops/sign-in', '');
  const form = { csrf: csrfOf(page.text), key, next: '/ops' };
  return cookiesOf(await visit('/ops/sign-in', cookiesOf(page), form));
}

async function inTrouble(number: string, reason: string) {
  const carrier = hub.adapters.list()[0]?.manifest.name;
  const { body } = await merchant('POST', '/shipments', {
    ...{ carrier, tracking_number: number, destination: { country: 'US', line1: 'Elm St' } },
  });
  const shipment = String(body['id']);
  for (const [status, subStatus] of [
    ['picked_up', null],
    ['exception', reason],
  ] as const) {
    hub.clock.advance(60_000);
    const command = { status, subStatus, occurredAtMs: null, note: null, apiKeyId: null };
    await commandShipment(hub.tracking, tenant, shipment, command);
  }
  await hub.workExceptions();
  const listed = await merchant('GET', `/exceptions?shipment_id=${shipment}`);
  const [first] = listed.body['data'] as { id: string }[];
  return { id: first?.id ?? '', shipment };
}

describe('the chart of exceptions', () => {
  it('begins each week on a Monday', () => {
    expect(lastWeeks(Date.parse('2026-03-10T12:00:00Z'), 2)).toEqual(['2026-03-02', '2026-03-09']);
    expect(lastWeeks(Date.parse('2026-03-15T23:59:00Z'), 1)).toEqual(['2026-03-09']);
  });
});

describe('the console of exceptions', () => {
  it('lists those of all merchants with a chart, and asks whoever is not signed in to do so', async () => {
    expect((await visit('/ops/exceptions', '')).status).toBe(303);
    expect((await visit('/ops/exceptions', cookie)).text).toContain('There is none.');
    const { id } = await inTrouble('200000000001', 'customs_hold');
    const { text, status } = await visit('/ops/exceptions?by=carrier', cookie);
    expect(status).toBe(200);
    expect(text).toContain(`/ops/exceptions/${id}`);
    expect(text).toContain('<title>2026-03-09, customs: 1</title>');
    expect((await visit('/ops/exceptions?show=closed', cookie)).text).not.toContain(id);
    for (const odd of ['?show=x&by=y', '?show=overdue', '?show=merchant']) {
      expect((await visit(`/ops/exceptions${odd}`, cookie)).status).toBe(200);
    }
  });

  it('shows what was claimed and sent in, and leads to the parcel', async () => {
    const { id } = await inTrouble('200000000009', 'damaged');
    const amount = { minor: 4_900, currency: 'JPY' };
    await merchant('POST', '/claims', { exception_id: id, reason: 'damaged', amount });
    const { text } = await visit(`/ops/exceptions/${id}`, cookie);
    expect(text).toContain('4900 JPY');
    expect(text).toMatch(/href="\/track\/[a-z-]+\/200000000009"/);
    expect(text).not.toContain('Photos and papers');
  });

  it('shows one and ends it, and the merchant sees who did', async () => {
    const { id, shipment } = await inTrouble('200000000002', 'lost');
    const page = await visit(`/ops/exceptions/${id}`, cookie);
    const csrf = csrfOf(page.text);
    const noted = await visit(`/ops/exceptions/${id}/note`, cookie, { csrf, note: MARKER });
    expect(noted.status).toBe(303);
    const after = await visit(`/ops/exceptions/${id}`, cookie);
    expect(after.text).toContain('&lt;b>Elm St 1&lt;/b>');
    expect(after.text).not.toContain(MARKER);
    const forged = await visit(`/ops/exceptions/${id}/resolve`, cookie, { outcome: 'resolved' });
    expect(forged.status).toBe(403);
    const form = { csrf, outcome: 'resolved', to: '', note: '' };
    expect((await visit(`/ops/exceptions/${id}/resolve`, cookie, form)).status).toBe(303);
    expect((await visit(`/ops/exceptions/${id}/resolve`, cookie, form)).status).toBe(409);
    const shown = await merchant('GET', `/exceptions/${id}`);
    expect(shown.body).toMatchObject({ state: 'closed', shipment: { status: 'in_transit' } });
    expect(JSON.stringify(shown.body['history'])).toContain('operator');
    expect(shown.body['shipment_id']).toBe(shipment);
    expect((await visit(`/ops/exceptions/${crypto.randomUUID()}`, cookie)).status).toBe(404);
  });

  it('takes an address that a recipient corrected, and shows it only to who may act', async () => {
    const { id, shipment } = await inTrouble('200000000003', 'address_not_found');
    const { selfService } = hub.exceptions;
    await selfService.confirmAddress(
      { tenant, shipmentId: shipment },
      { kind: 'correct', address: { line1: 'Oak St 22', city: 'Springfield' } },
    );
    const { text: looker } = await createOperatorKey(
      { db: hub.db, clock: hub.clock, randomBytes: systemRandom },
      { name: 'looks', scopes: ['ops:read'] },
    );
    const readOnly = await signIn(looker);
    expect((await visit(`/ops/exceptions/${id}`, readOnly)).text).not.toContain('Oak St 22');
    const page = await visit(`/ops/exceptions/${id}`, cookie);
    expect(page.text).toContain('Oak St 22');
    const csrf = csrfOf(page.text);
    const approved = await visit(`/ops/exceptions/${id}/approve-address`, cookie, { csrf });
    expect(approved.status).toBe(303);
    expect((await merchant('GET', `/shipments/${shipment}`)).body).toMatchObject({
      status: 'in_transit',
      destination: { country: 'US', line1: 'Oak St 22', city: 'Springfield' },
    });
  });
});
