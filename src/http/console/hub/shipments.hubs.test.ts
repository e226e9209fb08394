import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aJpeg } from '../../../platform/images/test-images.ts';
import { proofForm, SIGNED } from '../../api/proofs/test-proof-form.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { newDriver, type TestDriver } from '../../testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { csrfOf, openTestConsole, type TestConsole } from './test-console.ts';

let hub: TestHub;
let merchant: Caller;
let open: TestConsole;
let ada: TestDriver;
let id: string;
let number: string;
let page: string;
beforeAll(async () => {
  hub = await createTestHub();
  merchant = callerOf(hub, (await hub.newKey({ merchant: 'shop', scopes: ['admin'] })).text);
  open = await openTestConsole(hub);
  await hub.workExceptions();
  ada = await newDriver(hub, merchant, 'Ada Example');
  const made = await merchant('POST', '/shipments', {
    carrier: 'fleet',
    order_id: 'A-1001',
    destination: { line1: 'Secret Lane 7', city: 'Hamburg', lat: 53.5511, lng: 9.9937 },
    require_proof: ['photo', 'pin'],
  });
  [id, number] = [String(made.body['id']), String(made.body['tracking_number'])];
  const scan = { type: 'scan', at: '2026-03-10T11:00:00Z', tracking_number: number };
  await ada.call('POST', '/driver/events', [
    { ...scan, id: '1', code: 'LOAD' },
    { ...scan, id: '2', type: 'note', note: 'The bell is broken.' },
  ]);
  await hub.settled();
  const proof = await fetch(`${hub.url}/v1/driver/proofs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ada.key}` },
    body: proofForm({
      photo: await aJpeg(),
      signature: SIGNED,
      fields: {
        shipment_ids: id,
        received_by: 'Berta Neighbour',
        lat: '53.5511',
        lng: '10.0037',
        accuracy_m: '12',
      },
    }),
  });
  expect(proof.status, await proof.clone().text()).toBe(201);
  await ada.call('POST', '/driver/events', [
    { ...scan, at: '2026-03-10T11:30:00Z', id: '3', code: 'DELIVERED' },
  ]);
  await hub.settled();
  await hub.workExceptions();
  page = `/console/shipments/${id}`;
});
afterAll(() => hub.close());

const visit = (path: string, as = open.cookie) => open.visit(path, as);

describe('a parcel of any merchant', () => {
  it('is open to operators, who then look at its merchant', async () => {
    const before = await visit('/console/shipments');
    expect(before.text).toContain('title="Default merchant · test"');
    const { status, text } = await visit(page);
    expect(status).toBe(200);
    for (const part of [number, 'A-1001', 'shop · test"', 'Berta Neighbour']) {
      expect(text, part).toContain(part);
    }
    expect(text).toContain('PIN not recorded');
    expect((await visit('/console/shipments')).text).toContain(`href="${page}"`);
    const note = { csrf: csrfOf(text), note: 'Seen by an operator' };
    expect((await open.visit(`${page}/notes`, open.cookie, note)).status).toBe(303);
    const stale = { csrf: csrfOf(before.text), note: 'Of the page before' };
    expect((await open.visit(`${page}/notes`, open.cookie, stale)).status).toBe(409);
  });

  it('shows viewers no people and no doors', async () => {
    const looker = await open.looker();
    const { status, text } = await visit(page, looker);
    expect(status).toBe(200);
    for (const hidden of ['Ada Example', 'Berta', '53.55', 'bell is broken', '<img', 'Hamburg']) {
      expect(text, hidden).not.toContain(hidden);
    }
    expect(text).toContain(ada.id);
    const src = /src="(\/console\/shipments\/[^"]+)"/.exec((await visit(page)).text)?.[1] ?? '';
    expect((await visit(src, looker)).status).toBe(403);
    expect((await visit(`${page}/proof.pdf`, looker)).status).toBe(403);
  });

  it('is for operators, and only for existing shipments', async () => {
    expect((await visit(page, '')).status).toBe(303);
    for (const path of [
      '/console/shipments/1',
      `/console/shipments/${crypto.randomUUID()}`,
      `${page}/proofs/1`,
      `/console/shipments/${crypto.randomUUID()}/proof.pdf`,
    ]) {
      expect((await visit(path)).status, path).toBe(404);
    }
  });

  it('is found by number, in any spelling, or id, and linked from other pages', async () => {
    const spelled = `${number.slice(0, 4)} ${number.slice(4).toLowerCase()}`;
    for (const query of [number, spelled, id]) {
      const found = await visit(`/console/hub/shipments?number=${encodeURIComponent(query)}`);
      expect([query, found.headers.get('location')]).toEqual([query, page]);
    }
    const none = await visit('/console/hub/shipments?number=%3Cb%3Enone');
    expect(none.text).toContain('No merchant tracks this number');
    expect(none.text).not.toContain('<b>none');
    for (const path of ['/console/exceptions', `/console/deliveries/couriers/${ada.id}`]) {
      expect((await visit(path)).text, path).toContain(`href="${page}"`);
    }
  });

  it('lists all parcels of a number that several merchants track', async () => {
    const twice = { carrier: 'fedex', tracking_number: '123456789012' };
    const other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
    for (const call of [merchant, other]) await call('POST', '/shipments', twice);
    const { status, text } = await visit('/console/hub/shipments?number=1234%205678%209012');
    expect(status).toBe(200);
    expect(text.match(/href="\/console\/shipments\/[0-9a-f-]{36}"/g)).toHaveLength(2);
    expect(text).toContain('other');
  });
});
