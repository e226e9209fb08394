import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { shipmentDetail } from './output-schema.ts';

const MARKER = 'Zebediah asked for it by phone';

let hub: TestHub;
let api: Caller;
let keyId: string;
beforeAll(async () => {
  hub = await createTestHub();
  const made = await hub.newKey();
  keyId = made.key.id;
  api = callerOf(hub, made.text);
});
afterAll(() => hub.close());

async function stored(): Promise<string> {
  const { rows } = await hub.db.pipeline.query('select * from command_attempts');
  return JSON.stringify(rows);
}

it('commands, including refused ones, are listed with their notes, and erased with the shipment', async () => {
  const carrier = hub.adapters.carriers()[0]?.manifest.name;
  const made = await api('POST', '/v1/shipments', { carrier, tracking_number: 'COMMAND1' });
  const path = `/v1/shipments/${made.body['id']}`;
  hub.clock.advance(60_000);
  expect((await api('POST', `${path}/status`, { status: 'delivered', note: MARKER })).status).toBe(
    409,
  );
  hub.clock.advance(60_000);
  await api('POST', `${path}/status`, { status: 'picked_up', note: 'at the counter' });
  hub.clock.advance(60_000);
  const overtaken = { status: 'in_transit', occurred_at: '2026-03-01T00:00:00Z' };
  expect((await api('POST', `${path}/status`, overtaken)).status).toBe(409);
  const { commands } = shipmentDetail.parse((await api('GET', path)).body);
  const common = { sub_status: null, api_key_id: keyId };
  expect(commands).toMatchObject([
    {
      ...common,
      status: 'in_transit',
      from_status: 'picked_up',
      refused: 'overtaken',
      note: null,
      occurred_at: '2026-03-01T00:00:00.000Z',
    },
    { ...common, status: 'picked_up', from_status: 'created', refused: null, occurred_at: null },
    { ...common, status: 'delivered', refused: 'forbidden_move', note: MARKER },
  ]);
  expect(commands[1]?.note).toBe('at the counter');
  expect(await stored()).not.toContain('Zebediah');

  const count = async (column: string): Promise<unknown> => {
    const sql = `select count(${column})::int as count from command_attempts`;
    return (await hub.db.pipeline.query<{ count: number }>(sql)).rows[0]?.count;
  };
  expect(await count('data_key')).toBe(2);
  await api('DELETE', path);
  expect([await count('note'), await count('data_key')]).toEqual([0, 0]);
});
