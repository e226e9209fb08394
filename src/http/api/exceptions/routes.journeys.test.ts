import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { commandShipment } from '../../../tracking/ports/shipments.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

let hub: TestHub;
let call: Caller;
let foreign: Caller;
let tenant: Awaited<ReturnType<TestHub['newKey']>>['tenant'];
let carrier = '';
beforeAll(async () => {
  hub = await createTestHub();
  const made = await hub.newKey();
  tenant = made.tenant;
  call = callerOf(hub, made.text);
  foreign = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
  carrier = hub.adapters.carriers()[0]?.manifest.name ?? '';
  // Starts first, so that it receives what follows.
  await hub.workExceptions();
});
afterAll(() => hub.close());

/** A shipment with a reported problem; returns its only case. */
async function inTrouble(
  number: string,
  reason: string,
): Promise<{ id: string; shipment: string }> {
  const { body } = await call('POST', '/shipments', {
    carrier,
    tracking_number: number,
    destination: { country: 'US', postal_code: '94107', city: 'San Francisco', line1: 'Elm St 1' },
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
  const listed = await call('GET', `/v1/exceptions?shipment_id=${shipment}`);
  const [first] = listed.body['data'] as { id: string }[];
  return { id: first?.id ?? '', shipment };
}

const PNG = Buffer.from('\x89PNG\r\n\x1a\n and a picture', 'latin1');

describe('exceptions over the API', () => {
  it('are listed by kind, a page at a time, newest first', async () => {
    const first = await inTrouble('100000000001', 'customs_hold');
    const second = await inTrouble('100000000002', 'lost');
    const page = await call('GET', '/exceptions?limit=1&state=open');
    expect(page.body['data']).toMatchObject([{ id: second.id, kind: 'lost', carrier }]);
    const cursor = String(page.body['next_cursor']);
    const next = await call('GET', `/exceptions?limit=1&state=open&cursor=${cursor}`);
    expect(next.body['data']).toMatchObject([{ id: first.id, waiting_for: 'carrier' }]);
    const lost = await call('GET', '/exceptions?kind=lost');
    expect(lost.body['data']).toHaveLength(1);
    expect((await call('GET', '/exceptions?overdue=true')).body['data']).toEqual([]);
    hub.clock.advance(6 * 86_400_000);
    expect((await call('GET', '/exceptions?overdue=true')).body['data']).toHaveLength(2);
  });

  it('are worked on: an owner, a note, and an outcome that resets the shipment’s status', async () => {
    const { id, shipment } = await inTrouble('100000000003', 'customs_hold');
    await call('PATCH', `/exceptions/${id}`, { owner: 'Kim', deadline_at: '2026-05-01T00:00:00Z' });
    await call('POST', `/exceptions/${id}/notes`, { text: 'Documents sent.' });
    const shown = await call('GET', `/exceptions/${id}`);
    expect(shown.body).toMatchObject({
      owner: 'Kim',
      deadline_at: '2026-05-01T00:00:00.000Z',
      options: ['send_back', 'resolve'],
      shipment: { id: shipment, status: 'exception' },
      history: [
        { type: 'opened' },
        { type: 'changed' },
        { type: 'noted', note: 'Documents sent.' },
      ],
    });
    const done = await call('POST', `/exceptions/${id}/resolve`, {});
    expect(done.body).toMatchObject({ state: 'closed', outcome: 'resolved', closed_by: 'person' });
    expect((await call('GET', `/shipments/${shipment}`)).body['status']).toBe('in_transit');
    const again = await call('POST', `/exceptions/${id}/resolve`, {});
    expect(again.status).toBe(409);
  });

  it('can be opened for a problem no carrier reported, once per kind', async () => {
    const { shipment } = await inTrouble('100000000004', 'customs_hold');
    const wanted = { shipment_id: shipment, kind: 'damaged', note: 'Wet.' };
    const opened = await call('POST', '/exceptions', wanted);
    expect(opened).toMatchObject({ status: 201, body: { kind: 'damaged', opened_by: 'person' } });
    const twice = await call('POST', '/exceptions', wanted);
    expect(twice).toMatchObject({ status: 409, body: { exception_id: opened.body['id'] } });
    const nobody = { ...wanted, shipment_id: crypto.randomUUID() };
    expect((await call('POST', '/exceptions', nobody)).status).toBe(404);
  });

  it('of damage accept photos and are claimed', async () => {
    const { id } = await inTrouble('100000000005', 'damaged');
    const upload = (type: string, body: Buffer) =>
      call('POST', `/exceptions/${id}/evidence`, body.toString('latin1'), { 'content-type': type });
    const page = await fetch(`${hub.url}/exceptions/${id}/evidence`, { method: 'POST', body: PNG });
    expect(page.status).toBe(401);
    expect((await upload('text/html', Buffer.from('<script>'))).status).toBe(415);
    expect((await upload('image/png', Buffer.from('<script>'))).status).toBe(422);
    expect((await upload('image/png', Buffer.alloc(0))).status).toBe(422);
    const pdf = Buffer.from('%PDF-1.7 a paper');
    const added = await upload('application/pdf', pdf);
    expect(added).toMatchObject({ status: 201, body: { media_type: 'application/pdf' } });
    const path = `/exceptions/${id}/evidence/${added.body['id']}`;
    const read = await call('GET', path);
    expect(read.text).toBe(pdf.toString());
    expect(read.headers.get('content-disposition')).toMatch(/^attachment/);
    expect((await foreign('GET', path)).status).toBe(404);
    const lost = vi.spyOn(hub.blobs, 'get').mockResolvedValue(null);
    const unread = await call('GET', path);
    lost.mockRestore();
    expect([unread.status, unread.headers.get('retry-after')]).toEqual([503, '5']);

    const draft = { exception_id: id, reason: 'damaged', amount: { minor: 1250, currency: 'EUR' } };
    const claim = await call('POST', '/claims', draft);
    expect(claim).toMatchObject({ status: 201, body: { state: 'draft', amount: draft.amount } });
    const claimPath = `/claims/${claim.body['id']}`;
    expect((await call('POST', '/claims', draft)).status).toBe(409);
    expect((await foreign('GET', claimPath)).status).toBe(404);
    await call('PATCH', claimPath, { description: 'A vase.' });
    expect((await call('POST', `${claimPath}/submit`, { reference: 'CLM-1' })).body).toMatchObject({
      state: 'submitted',
      description: 'A vase.',
    });
    expect((await call('PATCH', claimPath, { description: 'x' })).status).toBe(409);
    const more = { decision: 'accepted', granted_minor: 1251 };
    expect(await call('POST', `${claimPath}/decide`, more)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/granted_minor' }] },
    });
    const accepted = await call('POST', `${claimPath}/decide`, { decision: 'accepted' });
    expect(accepted.body).toMatchObject({ state: 'accepted', granted_minor: 1250 });
    expect((await call('GET', `/exceptions/${id}`)).body).toMatchObject({
      state: 'closed',
      outcome: 'claimed',
      evidence: [{ media_type: 'application/pdf' }],
      claims: [{ state: 'accepted' }],
    });
    expect((await call('GET', '/claims?state=accepted')).body['data']).toHaveLength(1);
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
  });

  it('are counted by carrier, lane, facility, week and reason', async () => {
    const path = '/exceptions/stats?by=carrier,reason,week,lane,facility';
    const { body } = await call('GET', path);
    expect(body['data']).toContainEqual(
      expect.objectContaining({ carrier, reason: 'customs_hold', lane: '? → US-94' }),
    );
    expect((await foreign('GET', path)).body['data']).toEqual([]);
    expect((await call('GET', '/exceptions/stats?by=nonsense')).status).toBe(422);
    expect((await call('GET', '/exceptions/stats?from=2020-01-01&to=2026-01-01')).status).toBe(422);
  });

  it('follow a policy in which a merchant may override the installation’s', async () => {
    const own = { return_after_attempts: 'off', deadline_hours: { lost: 1 } };
    const put = await call('PUT', '/exception-policy', own);
    expect(put.body).toMatchObject({ own, policy: { attempts: 3, deadline_hours: { lost: 1 } } });
    const etag = put.headers.get('etag') ?? '';
    const write = (tag: string) => call('PUT', '/exception-policy', {}, { 'if-match': tag });
    expect((await write(etag)).status).toBe(200);
    expect((await write(etag)).status).toBe(412);
    expect((await foreign('GET', '/exception-policy')).body['own']).toEqual({});
    const broken = await call('PUT', '/exception-policy', { attempts: 0 });
    expect(broken).toMatchObject({ status: 422, body: { errors: [{ pointer: '/attempts' }] } });
  });

  it('accept another day on the recipient’s behalf, which becomes a task to complete', async () => {
    const { id, shipment } = await inTrouble('100000000006', 'access_denied');
    const far = await call('POST', `/exceptions/${id}/reschedule`, { date: '2026-12-24' });
    expect(far).toMatchObject({ status: 422, body: { errors: [{ pointer: '/date' }] } });
    const { fix } = (far.body['errors'] as { fix: string }[])[0] ?? { fix: '' };
    const date = /\d{4}-\d\d-\d\d/.exec(fix)?.[0];
    const requested = await call('POST', `/exceptions/${id}/reschedule`, {
      date,
      window: 'evening',
    });
    expect(requested).toMatchObject({ status: 202, body: { outcome: 'accepted', by: 'merchant' } });
    const shown = await call('GET', `/exceptions/${id}`);
    expect(shown.body).toMatchObject({
      waiting_for: 'merchant',
      delivery_requests: [{ details: { date } }],
    });
    const [deliveryRequest] = shown.body['delivery_requests'] as { id: string }[];
    const settled = await call(
      'POST',
      `/exceptions/${id}/delivery-requests/${deliveryRequest?.id}`,
      {
        done: true,
      },
    );
    expect(settled.body).toMatchObject({ delivery_requests: [{ state: 'done' }] });
    const back = await call('POST', `/exceptions/${id}/send-back`, {});
    expect(back.body).toMatchObject({ shipment: { id: shipment, status: 'returning' } });
    const label = { tracking_number: '100000000007' };
    const named = await call('POST', `/exceptions/${id}/return-shipment`, label);
    expect(named.body).toMatchObject({ returns: [label] });
    expect((await call('GET', `/shipments/${shipment}`)).body['links']).toMatchObject([
      { kind: 'return', ...label },
    ]);
  });

  it('are inaccessible without a key with the scope', async () => {
    const { text } = await hub.newKey({ scopes: ['exceptions:read'] });
    const reader = callerOf(hub, text);
    expect((await reader('GET', '/exceptions')).status).toBe(200);
    const { id } = await inTrouble('100000000008', 'lost');
    expect((await reader('POST', `/exceptions/${id}/resolve`, {})).status).toBe(403);
    expect((await foreign('GET', `/exceptions/${id}`)).status).toBe(404);
    expect((await foreign('POST', `/exceptions/${id}/resolve`, {})).status).toBe(404);
    expect((await call('GET', '/exceptions/nonsense')).status).toBe(404);
  });
});
