import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inboundMessagesById, openInboundMessage } from '../../../intake/index.ts';
import { ALL_OBSERVATIONS } from '../../../tracking/test-observations.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

let hub: TestHub;
let call: Caller;
let other: Caller;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey({ scopes: ['admin'] })).text);
  other = callerOf(hub, (await hub.newKey({ merchant: 'other', scopes: ['admin'] })).text);
});
afterAll(() => hub.close());

interface Result {
  readonly index: number;
  readonly outcome: string;
  readonly error?: { readonly code: string; readonly pointer: string };
}
const resultsOf = (body: Record<string, unknown>) => body['results'] as readonly Result[];
const outcomesOf = (body: Record<string, unknown>) => resultsOf(body).map((r) => r.outcome);

/** An hour before the hub's clock, this many minutes later. */
const at = (minute: number, zone = 'Z') =>
  `2026-03-10T11:${String(minute).padStart(2, '0')}:00${zone}`;

async function newParcel(caller = call): Promise<{ id: string; number: string }> {
  const made = await caller('POST', '/shipments', { carrier: 'fleet' });
  expect(made.status).toBe(201);
  return { id: String(made.body['id']), number: String(made.body['tracking_number']) };
}

async function scan(
  scans: readonly unknown[],
  { by = call, headers = {} }: { by?: Caller; headers?: Record<string, string> } = {},
) {
  const answer = await by('POST', '/scans', scans, headers);
  await hub.settled();
  return answer;
}

async function shown(id: string, caller = call): Promise<Record<string, unknown>> {
  return (await caller('GET', `/shipments/${id}`)).body;
}

describe('a parcel of own couriers', () => {
  it('gets a unique number that its carrier recognizes', async () => {
    const { number } = await newParcel();
    expect(number).toMatch(/^WB\d{14}$/);
    expect((await newParcel()).number).not.toBe(number);
    const detected = await call('GET', `/detect?tracking_number=${number}`);
    expect(detected.text).toContain('"carrier":"fleet"');
    const without = await call('POST', '/shipments', { carrier: 'fedex' });
    expect(without.status).toBe(422);
    expect(without.text).toContain('/tracking_number');
  });

  it('goes where it is scanned, and only by its own merchant’s scans', async () => {
    const { id, number } = await newParcel();
    const sent = await scan([
      { tracking_number: number, code: 'PICKUP', scanned_at: at(1) },
      { tracking_number: number, code: 'ARRIVE', scanned_at: at(2), facility_code: 'HAM-1' },
      { tracking_number: number, code: 'LOAD', scanned_at: at(3), facility_code: 'HAM-1' },
    ]);
    expect(sent.status).toBe(202);
    expect(sent.body).toMatchObject({ accepted: 3, duplicates: 0, rejected: 0 });
    expect(await shown(id)).toMatchObject({ status: 'out_for_delivery', confirmed: true });
    await scan([{ tracking_number: number, code: 'DELIVERED', scanned_at: at(4) }], { by: other });
    expect(await shown(id)).toMatchObject({ status: 'out_for_delivery' });
    await scan([{ tracking_number: number, code: 'DELIVERED', scanned_at: at(5) }]);
    expect(await shown(id)).toMatchObject({ status: 'delivered' });
    await scan([{ tracking_number: number, code: 'UNDELIVERED', scanned_at: at(6) }]);
    expect(await shown(id)).toMatchObject({ status: 'in_transit' });
  });

  it('accepts every fact, whatever its status', async () => {
    const { id, number } = await newParcel();
    const sent = await scan([
      { tracking_number: number, code: 'DELIVERED', scanned_at: at(9) },
      { tracking_number: number, code: 'ATTEMPT', reason_code: 'NOT_HOME', scanned_at: at(8) },
      { tracking_number: number, code: 'PICKUP', scanned_at: at(7) },
    ]);
    expect(sent.body['accepted']).toBe(3);
    expect(await shown(id)).toMatchObject({ status: 'delivered' });
  });

  it('turns back and may turn round again', async () => {
    const { id, number } = await newParcel();
    await scan([
      { tracking_number: number, code: 'LOAD', scanned_at: at(1) },
      { tracking_number: number, code: 'RETURN', scanned_at: at(2) },
    ]);
    expect(await shown(id)).toMatchObject({ status: 'returning' });
    await scan([{ tracking_number: number, code: 'RETURN_CANCEL', scanned_at: at(3) }]);
    expect(await shown(id)).toMatchObject({ status: 'in_transit' });
  });

  it('is returned automatically after the third day of failed attempts', async () => {
    // Consumes the log from here on.
    await hub.workExceptions();
    const { id, number } = await newParcel();
    const days = ['06', '07', '08'].flatMap((day) => [
      { tracking_number: number, code: 'LOAD', scanned_at: `2026-03-${day}T07:00:00Z` },
      { tracking_number: number, code: 'ATTEMPT', scanned_at: `2026-03-${day}T10:00:00Z` },
    ]);
    await scan(days);
    await hub.workExceptions();
    await hub.settled();
    expect(await shown(id)).toMatchObject({ status: 'returning' });
    const again = await call('POST', `/shipments/${id}/status`, { status: 'out_for_delivery' });
    expect(again.status).toBe(409);
  });

  it('adopts scans from before its registration', async () => {
    const number = 'MY-OWN-4711';
    await scan([{ tracking_number: number, code: 'PICKUP', scanned_at: at(1) }]);
    await scan([{ tracking_number: number, code: 'DELIVERED', scanned_at: at(2) }], { by: other });
    const made = await call('POST', '/shipments', { carrier: 'fleet', tracking_number: number });
    expect(made.status).toBe(201);
    await hub.settled();
    expect(await shown(String(made.body['id']))).toMatchObject({ status: 'picked_up' });
  });

  it('is in transit with an unknown code, which waits for review', async () => {
    const { id, number } = await newParcel();
    await scan([{ tracking_number: number, code: 'GATE 7', scanned_at: at(1) }]);
    expect(await shown(id)).toMatchObject({ status: 'in_transit' });
    const { rows } = await hub.db.pipeline.query(
      `select carrier, codes from review_entries where codes->>'code' = 'GATE 7'`,
    );
    expect(rows).toEqual([{ carrier: 'fleet', codes: { code: 'GATE 7' } }]);
  });
});

describe('a scan', () => {
  it('sent again is the same scan: in the request, soon after and when only the database knows', async () => {
    const { id, number } = await newParcel();
    const one = { tracking_number: number, code: 'SORT', scanned_at: at(1), facility_code: 'A' };
    expect(outcomesOf((await scan([one, { ...one, note: 'twice' }])).body)).toEqual([
      'accepted',
      'duplicate',
    ]);
    const elsewhere = { ...one, facility_code: 'B' };
    const piece = { ...one, piece: '2' };
    const again = [{ ...one, tracking_number: number.toLowerCase() }, elsewhere, piece];
    expect(outcomesOf((await scan(again)).body)).toEqual(['duplicate', 'accepted', 'accepted']);
    const events = (await shown(id))['events'] as readonly unknown[];
    expect(events).toHaveLength(3);
  });

  it('is rejected alone, with the error and its fix', async () => {
    const { number } = await newParcel();
    const fine = { tracking_number: number, code: 'SORT', scanned_at: at(1) };
    const sent = await scan([
      fine,
      { ...fine, scanned_at: 'soon' },
      { ...fine, scanned_at: '2026-03-10' },
      { ...fine, scanned_at: '2026-03-10T12:05:01Z' },
      { ...fine, scanned_at: '2026-03-10T12:05:00Z' },
      { ...fine, carrier: 'nobody' },
      { ...fine, code: undefined },
      { ...fine, lat: 53 },
      { ...fine, color: 'red' },
      'no scan at all',
    ]);
    expect(sent.body).toMatchObject({ accepted: 2, rejected: 8 });
    expect(resultsOf(sent.body).map(({ error }) => error?.code ?? 'none')).toEqual([
      'none',
      'invalid',
      'invalid',
      'scanned_at_in_future',
      'none',
      'unknown_carrier',
      'invalid',
      'invalid',
      'invalid',
      'invalid',
    ]);
    expect(resultsOf(sent.body)[3]?.error?.pointer).toBe('/scanned_at');
  });

  it.each([['{}'], ['[]'], ['"x"'], [JSON.stringify(Array(1_001).fill({}))]])(
    'comes in a list of 1 to 1,000: %#',
    async (body) => {
      expect((await call('POST', '/scans', body)).status).toBe(422);
    },
  );

  it('without an offset uses the time zone of its facility', async () => {
    await call('POST', '/facilities', {
      code: 'NYC-1',
      name: 'New York',
      carrier: 'fleet',
      time_zone: 'America/New_York',
    });
    await hub.settled();
    const { id, number } = await newParcel();
    const one = { tracking_number: number, code: 'ARRIVE', facility_code: 'NYC-1' };
    const sent = await scan([
      { ...one, scanned_at: '2026-03-10T07:30:00' },
      { ...one, scanned_at: '2026-03-10T09:30:00' },
    ]);
    expect(outcomesOf(sent.body)).toEqual(['accepted', 'rejected']);
    const events = (await shown(id))['events'] as readonly Record<string, unknown>[];
    expect(events[0]).toMatchObject({
      occurred_at: '2026-03-10T11:30:00.000Z',
      occurred_local: '2026-03-10T07:30:00',
      time_zone: 'America/New_York',
    });
  });

  it('of a device with a wrong clock gets the correct time, and the device is listed with its offset', async () => {
    const { id, number } = await newParcel();
    const row = {
      tracking_number: number,
      code: 'ARRIVE',
      facility_code: 'HAM-1',
      scanned_at: '2026-03-10T12:29:00Z',
      device_id: 'gate-9',
      employee_id: 'E-77',
    };
    expect(outcomesOf((await scan([row])).body)).toEqual(['rejected']);
    const headers = { 'waybill-sent-at': '2026-03-10T12:30:00.250Z' };
    expect(outcomesOf((await scan([row], { headers })).body)).toEqual(['accepted']);
    const events = (await shown(id))['events'] as readonly Record<string, unknown>[];
    expect(events[0]).toMatchObject({ occurred_at: '2026-03-10T11:58:59.000Z' });
    const list = await call('GET', '/scanners');
    const byKind = (list.body['data'] as { id: string; kind: string }[]).sort((a, b) =>
      a.kind.localeCompare(b.kind),
    );
    expect(byKind).toEqual([
      expect.objectContaining({
        kind: 'device',
        name: 'gate-9',
        clock_offset_ms: 1_800_250,
        scans: 1,
        rejected: 1,
        facility_code: 'HAM-1',
      }),
      expect.objectContaining({ kind: 'employee', name: 'E-77', clock_offset_ms: null }),
    ]);
    expect((await other('GET', '/scanners')).body['data']).toEqual([]);
    const { rows } = await hub.db.pipeline.query<{ stored: string }>(
      'select scanners::text as stored from scanners',
    );
    expect(rows.map(({ stored }) => stored).join()).not.toMatch(/gate-9|E-77/);
    const scanner = byKind[0]?.id;
    expect((await other('DELETE', `/scanners/${scanner}`)).status).toBe(404);
    expect((await call('DELETE', `/scanners/${scanner}`)).status).toBe(204);
    expect((await call('GET', '/scanners?kind=device')).body['data']).toEqual([]);
  });

  it('with an unreadable Waybill-Sent-At is rejected as a whole', async () => {
    const row = { tracking_number: 'WB1', code: 'ARRIVE', scanned_at: at(1) };
    const sent = await scan([row], { headers: { 'waybill-sent-at': 'noon' } });
    expect(sent.status).toBe(422);
  });
});

describe('another carrier’s parcel', () => {
  it('can be scanned in one’s own building, which never ends it', async () => {
    const made = await call('POST', '/shipments', {
      carrier: 'fedex',
      tracking_number: '794644790138',
    });
    const id = String(made.body['id']);
    const row = { tracking_number: '7946 4479 0138', carrier: 'fedex' };
    await scan([{ ...row, code: 'ARRIVE', scanned_at: at(1), facility_code: 'HAM-1' }]);
    expect(await shown(id)).toMatchObject({ status: 'at_facility' });
    const codes = ['DELIVERED', 'RETURN', 'RETURNED', 'CANCEL'];
    const sent = await scan(
      codes.map((code, index) => ({ ...row, code, scanned_at: at(2 + index) })),
    );
    expect(sent.body['accepted']).toBe(4);
    expect(await shown(id)).toMatchObject({ status: 'at_facility' });
  });

  it('adopts scans from before its registration, and no unknown code of its own', async () => {
    const row = { tracking_number: '794644790149', carrier: 'fedex' };
    await scan([{ ...row, code: 'OUR GATE', scanned_at: at(1) }]);
    const made = await call('POST', '/shipments', {
      carrier: 'fedex',
      tracking_number: '794644790149',
    });
    await hub.settled();
    const events = (await shown(String(made.body['id'])))['events'] as readonly unknown[];
    expect(events).toHaveLength(1);
    const { rows } = await hub.db.pipeline.query(
      `select carrier from review_entries where codes->>'code' = 'OUR GATE'`,
    );
    expect(rows).toEqual([{ carrier: 'fleet' }]);
  });
});

describe('keys', () => {
  it('need the scope scans:write, and may be limited to facilities', async () => {
    const { number } = await newParcel();
    const row = { tracking_number: number, code: 'SORT', scanned_at: at(1) };
    const reader = callerOf(hub, (await hub.newKey({ scopes: ['shipments:write'] })).text);
    expect((await reader('POST', '/scans', [row])).status).toBe(403);
    const made = await call('POST', '/api-keys', {
      name: 'gate',
      scopes: ['scans:write'],
      facility_codes: ['HAM-1'],
    });
    expect(made.body['facility_codes']).toEqual(['HAM-1']);
    const gate = callerOf(hub, String(made.body['key']));
    const sent = await scan(
      [row, { ...row, facility_code: 'HAM-1' }, { ...row, facility_code: 'HAM-2' }],
      { by: gate },
    );
    // A key limited to one facility need not name it.
    expect(outcomesOf(sent.body)).toEqual(['accepted', 'duplicate', 'rejected']);
    expect(resultsOf(sent.body)[2]?.error?.code).toBe('facility_not_allowed');
    expect((await gate('GET', '/shipments')).status).toBe(403);
  });
});

describe('erasing a shipment', () => {
  it('deletes its scans from inbound messages that also contain others’', async () => {
    const one = await newParcel();
    const two = await newParcel();
    const row = { scanned_at: at(1), lat: 53.5503, lng: 9.9341, note: 'behind the bin' };
    await scan([
      { ...row, tracking_number: one.number, code: 'DELIVERED' },
      { ...row, tracking_number: two.number, code: 'DELIVERED' },
    ]);
    const inboundMessages = async () => {
      const { rows } = await hub.db.pipeline.query<{ inbound_message_id: string }>(
        `select inbound_message_id from ${ALL_OBSERVATIONS} o where shipment_id = $1`,
        [two.id],
      );
      const ids = rows.map(({ inbound_message_id: id }) => id);
      return (await inboundMessagesById(hub.db.pipeline, ids)).map((row) =>
        Buffer.from(openInboundMessage(row, hub.tracking.sealer)?.body ?? []).toString('utf8'),
      );
    };
    expect((await inboundMessages()).join()).toContain(one.number);
    expect((await call('DELETE', `/shipments/${one.id}`)).status).toBe(204);
    const [left = ''] = await inboundMessages();
    expect(left).not.toContain(one.number);
    expect(left).toContain(two.number);
  });
});
