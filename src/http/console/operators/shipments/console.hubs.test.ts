import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aJpeg } from '../../../../platform/images/test-images.ts';
import { proofForm, SIGNED } from '../../../api/proofs/test-proof-form.ts';
import { type Caller, callerOf } from '../../../testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../testing/test-hub.ts';
import { openTestConsole, type TestConsole } from '../test-console.ts';

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
  page = `/ops/shipments/${id}`;
});
afterAll(() => hub.close());

const visit = (path: string, as = open.cookie) => open.visit(path, as);

describe("a shipment's page", () => {
  it('shows status, rules, custody, case and proofs', async () => {
    const { status, text, headers } = await visit(page);
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    for (const part of [
      number,
      'A-1001',
      'shop',
      'Ada Example',
      'sets the status',
      'fleet.yaml:',
      'delivered',
      'Berta Neighbour',
      'm from the address',
      'The bell is broken.',
      'PIN, missing',
      'proof missing',
    ]) {
      expect(text, part).toContain(part);
    }
    expect(text).not.toContain('Secret Lane');
    const files = [...text.matchAll(/src="(\/ops\/shipments\/[^"]+)"/g)].map(
      ([, src]) => src ?? '',
    );
    expect(files).toHaveLength(2);
    for (const file of files) {
      const shown = await visit(file);
      expect(shown.headers.get('content-type')).toMatch(/^image\/(jpeg|png)$/);
      expect(shown.headers.get('content-security-policy')).toContain('sandbox');
    }
    const proofDocument = await visit(`${page}/proof.pdf`);
    expect(proofDocument.text.startsWith('%PDF-')).toBe(true);
    expect(proofDocument.headers.get('content-disposition')).toMatch(
      /^attachment; filename="proof-.*pdf"/,
    );
    expect(hub.log()).toContain('an operator viewed a proof of delivery');
  });

  it('shows viewers no people and no doors', async () => {
    const looker = await open.looker();
    const { status, text } = await visit(page, looker);
    expect(status).toBe(200);
    for (const hidden of ['Ada Example', 'Berta', '53.55', 'bell is broken', '<img', 'Hamburg']) {
      expect(text, hidden).not.toContain(hidden);
    }
    expect(text).toContain(ada.id);
    const src = /src="(\/ops\/shipments\/[^"]+)"/.exec((await visit(page)).text)?.[1] ?? '';
    expect((await visit(src, looker)).status).toBe(403);
    expect((await visit(`${page}/proof.pdf`, looker)).status).toBe(403);
  });

  it('is for operators, and only for existing shipments', async () => {
    expect((await visit(page, '')).status).toBe(303);
    for (const path of [
      '/ops/shipments/1',
      `/ops/shipments/${crypto.randomUUID()}`,
      `${page}/proofs/1`,
      `/ops/shipments/${crypto.randomUUID()}/proof.pdf`,
    ]) {
      expect((await visit(path)).status, path).toBe(404);
    }
  });

  it('is found by number, in any spelling, or id, and linked from other pages', async () => {
    const spelled = `${number.slice(0, 4)} ${number.slice(4).toLowerCase()}`;
    for (const query of [number, spelled, id]) {
      const found = await visit(`/ops/shipments?number=${encodeURIComponent(query)}`);
      expect([query, found.headers.get('location')]).toEqual([query, page]);
    }
    const none = await visit('/ops/shipments?number=%3Cb%3Enone');
    expect(none.text).toContain('No merchant follows this number');
    expect(none.text).not.toContain('<b>none');
    for (const path of ['/ops/exceptions', `/ops/couriers/${ada.id}`]) {
      expect((await visit(path)).text, path).toContain(`href="${page}"`);
    }
  });

  it('lists all parcels of a number that several merchants track', async () => {
    const twice = { carrier: 'fedex', tracking_number: '123456789012' };
    const other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
    for (const call of [merchant, other]) await call('POST', '/shipments', twice);
    const { status, text } = await visit('/ops/shipments?number=1234%205678%209012');
    expect(status).toBe(200);
    expect(text.match(/href="\/ops\/shipments\/[0-9a-f-]{36}"/g)).toHaveLength(2);
    expect(text).toContain('other');
  });
});
