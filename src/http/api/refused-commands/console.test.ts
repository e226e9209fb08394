import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestConsole, type TestConsole } from '../../console/hub/test-console.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

const AT = '/console/hub/refused-commands';

let hub: TestHub;
let open: TestConsole;
let api: Caller;
beforeAll(async () => {
  hub = await createTestHub();
  open = await openTestConsole(hub);
  api = callerOf(hub, (await hub.newKey({ merchant: 'shop', mode: 'live' })).text);
});
afterAll(() => hub.close());

const shown = async (query = '', as = open.cookie) => (await open.visit(AT + query, as)).text;

it('lists refused commands, newest first, with the parcel, the reason, and no note', async () => {
  expect(await shown()).toContain('No refused commands');
  const carrier = hub.adapters.carriers()[0]?.manifest.name;
  const made = await api('POST', '/v1/shipments', { carrier, tracking_number: 'REFUSED1' });
  const command = async (body: object) => {
    hub.clock.advance(60_000);
    return (await api('POST', `/v1/shipments/${made.body['id']}/status`, body)).status;
  };
  expect(await command({ status: 'delivered', note: 'said Zebediah' })).toBe(409);
  expect(await command({ status: 'picked_up' })).toBe(200);
  expect(await command({ status: 'in_transit', occurred_at: '2026-03-01T00:00:00Z' })).toBe(409);

  const text = await shown();
  const rows = [...text.matchAll(/<tr><td.*?<\/tr>/gs)].map(([row]) =>
    row.replace(/<[^>]+>/g, ' '),
  );
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatch(/REFUSED1.*shop\s+·\s+live.*picked up.*in transit.*A later event/s);
  expect(rows[1]).toMatch(/REFUSED1.*label created.*delivered.*cannot move/s);
  expect(text).toContain(`/console/shipments/${made.body['id']}`);
  expect(text).not.toContain('Zebediah');
});

it('needs a key, and explains what is wrong with an invalid cursor', async () => {
  expect((await open.visit(AT, '')).status).toBe(303);
  expect(await shown('', await open.looker())).toContain('REFUSED1');
  expect((await open.visit(`${AT}?cursor=odd`, open.cookie)).status).toBe(422);
});
