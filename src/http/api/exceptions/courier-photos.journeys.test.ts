import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { newDriver, type TestDriver } from '../../testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { proofForm } from '../proofs/test-proof-form.ts';

let hub: TestHub;
let call: Caller;
let ada: TestDriver;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  ada = await newDriver(hub, call, 'Ada Example');
  // Consumes the log from here on.
  await hub.workExceptions();
});
afterAll(() => hub.close());

let serial = 0;
async function loaded(): Promise<string> {
  const made = await call('POST', '/shipments', { carrier: 'fleet' });
  const number = made.body['tracking_number'];
  await report({ type: 'scan', tracking_number: number, code: 'LOAD' }, 60);
  return String(made.body['id']);
}
async function report(event: object, minutesAgo: number): Promise<void> {
  serial += 1;
  const at = new Date(hub.clock.nowMs() - minutesAgo * 60_000).toISOString();
  const answer = await ada.call('POST', '/driver/events', [{ id: `p-${serial}`, at, ...event }]);
  expect(answer.text).toContain('"accepted"');
  await hub.settled();
}
async function photograph(id: string, background: string): Promise<void> {
  serial += 1;
  const picture = sharp({ create: { width: 64, height: 48, channels: 3, background } });
  const answer = await fetch(`${hub.url}/v1/driver/proofs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ada.key}` },
    body: proofForm({
      photo: await picture.jpeg().toBuffer(),
      fields: { shipment_ids: id, id: `photo-${serial}` },
    }),
  });
  expect(answer.status).toBe(201);
}
const damaged = (id: string) =>
  report(
    {
      type: 'status',
      shipment_id: id,
      status: 'exception',
      sub_status: 'damaged',
      note: 'One corner is soaked.',
    },
    5,
  );

interface Shown {
  readonly id: string;
  readonly evidence: readonly { readonly id: string; readonly by: string }[];
  readonly courier_notes: readonly { readonly text: string }[];
  readonly claims: readonly { readonly id: string }[];
}
async function caseOf(id: string): Promise<Shown> {
  await hub.workExceptions();
  const list = await call('GET', `/exceptions?shipment_id=${id}`);
  const [found] = list.body['data'] as { id: string }[];
  if (found === undefined) throw new Error('no case was opened');
  return JSON.parse((await call('GET', `/exceptions/${found.id}`)).text) as Shown;
}

describe('a parcel that a courier reported damaged', () => {
  it('has a case with the courier’s photo and note, and each photo once', async () => {
    const id = await loaded();
    await photograph(id, 'red');
    await damaged(id);
    const first = await caseOf(id);
    expect(first.evidence.map(({ by }) => by)).toEqual(['courier']);
    expect(first.courier_notes.map(({ text }) => text)).toEqual(['One corner is soaked.']);
    await photograph(id, 'blue');
    const later = await caseOf(id);
    expect(later.evidence.map(({ by }) => by)).toEqual(['courier', 'courier']);
    const photo = await call('GET', `/exceptions/${later.id}/evidence/${later.evidence[1]?.id}`);
    expect(photo.headers.get('content-type')).toMatch(/^image\/(jpeg|png|webp)$/);
    const page = await call('GET', `/events?type=shipment.exception_updated&limit=500`);
    expect(page.text).toContain(id);
  });

  it('has a claim filled in as far as known; the merchant adds the amount', async () => {
    const id = await loaded();
    await photograph(id, 'red');
    await damaged(id);
    const { id: caseId, claims } = await caseOf(id);
    expect(claims).toMatchObject([{ state: 'draft', reason: 'damaged', amount: null }]);
    const at = `/claims/${claims[0]?.id}`;
    expect((await call('POST', `${at}/submit`, {})).status).toBe(409);
    await photograph(id, 'blue');
    expect((await caseOf(id)).claims).toHaveLength(1);
    // The merchant's draft fills in this claim.
    const amount = { minor: 4900, currency: 'EUR' };
    const drafted = await call('POST', '/claims', {
      exception_id: caseId,
      reason: 'damaged',
      amount,
      description: 'A vase.',
    });
    expect(drafted.body).toMatchObject({ id: claims[0]?.id, amount, description: 'A vase.' });
    expect((await call('POST', `${at}/submit`, {})).body).toMatchObject({ state: 'submitted' });
  });

  it('has no second claim when the merchant dropped the first', async () => {
    const id = await loaded();
    await photograph(id, 'red');
    await damaged(id);
    const { claims } = await caseOf(id);
    expect((await call('DELETE', `/claims/${claims[0]?.id}`)).status).toBe(204);
    await photograph(id, 'blue');
    expect((await caseOf(id)).claims).toEqual([]);
  });

  it('has no photos of earlier deliveries, and none that the merchant removed', async () => {
    const id = await loaded();
    await photograph(id, 'green');
    hub.clock.advance(2 * 86_400_000);
    await damaged(id);
    expect((await caseOf(id)).evidence).toEqual([]);
    await photograph(id, 'black');
    const { id: caseId, evidence } = await caseOf(id);
    expect(evidence).toHaveLength(1);
    const removed = await call('DELETE', `/exceptions/${caseId}/evidence/${evidence[0]?.id}`);
    expect(removed.status).toBe(204);
    await report({ type: 'note', shipment_id: id, note: 'It drips.' }, 1);
    expect((await caseOf(id)).evidence).toEqual([]);
  });
});
