import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  ATTRIBUTES,
  attributeMembers,
  attributesOf,
  NO_ATTRIBUTES,
} from '../../../events/shipment-attributes.ts';
import type { ShipmentView } from '../../../events/shipment-view.ts';
import { someAttributes } from '../../../events/test-shipment-attributes.ts';
import { csvRows } from '../../../kernel/wire/csv.ts';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { planColumns } from '../../api/shipment-imports/columns.ts';
import { shipmentRowReader } from '../../api/shipment-imports/read-row.ts';
import { callerOf } from '../../testing/test-client.ts';
import { createTestHub } from '../../testing/test-hub.ts';
import { openTestDesk } from '../kit/test-desk.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';

it('survives a round trip through every output of the hub, and through a file import', async () => {
  const hub = await createTestHub();
  const keys = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
  await bootstrap(keys, KEY);
  const call = callerOf(hub, KEY);
  // Only own couriers can require proof. `|` separates list items in a cell.
  const given = fc.sample(
    someAttributes.filter((each) => !JSON.stringify(each).includes('|')),
    { seed: 36, numRuns: 12 },
  );
  const byNumber = new Map<string, (typeof given)[number]>();
  for (const attributes of given) {
    const members = attributeMembers(attributes);
    const made = await call('POST', '/v1/shipments', { carrier: 'fleet', ...members });
    expect([made.status, made.body]).toMatchObject([201, members]);
    const { id, tracking_number: number } = made.body;
    byNumber.set(String(number), attributes);
    const at = `/v1/shipments/${id}`;
    expect((await call('GET', at)).body).toMatchObject({ ...members });
    const cleared = Object.fromEntries(ATTRIBUTES.map(({ column }) => [column, null]));
    for (const [sent, shown] of [
      [cleared, attributeMembers(NO_ATTRIBUTES)],
      [members, members],
    ]) {
      const changed = await call('PATCH', at, sent);
      expect([changed.status, changed.body]).toMatchObject([200, { ...shown }]);
    }
    for (const { name, filter } of ATTRIBUTES) {
      for (const value of filter === null ? [] : [attributes[name] ?? []].flat()) {
        const query = new URLSearchParams({
          [filter?.parameter ?? '']: String(value),
          limit: '50',
        });
        const { body } = await call('GET', `/v1/shipments?${query}`);
        expect([query.toString(), body['data']]).toMatchObject([
          query.toString(),
          expect.arrayContaining([expect.objectContaining({ id })]),
        ]);
      }
    }
  }
  const { body: listed } = await call('GET', '/v1/shipments?limit=50');
  const { body: log } = await call('GET', '/v1/events?type=shipment.created&limit=50');
  const shipments = listed['data'] as ShipmentView[];
  const logged = (log['data'] as { data: ShipmentView }[]).map(({ data }) => data);
  for (const views of [shipments, logged]) {
    expect(views).toHaveLength(given.length);
    for (const view of views) {
      expect(attributesOf(view)).toEqual(byNumber.get(view.tracking_number));
    }
  }

  const desk = await openTestDesk(hub, hub.members);
  const read = csvRows((await desk.visit('/console/export', desk.owner)).text);
  if (!read.ok) throw new Error(`line ${read.line} is not closed`);
  const [head = { line: 1, fields: [] }, ...rows] = read.rows;
  const { columns } = planColumns(head, {});
  expect(columns).toEqual(expect.arrayContaining(ATTRIBUTES.map(({ column }) => column)));
  expect(rows).toHaveLength(given.length);
  for (const { fields } of rows) {
    const row = shipmentRowReader(hub.adapters)(columns, fields);
    if (!('shipments' in row)) throw new Error(row.reason);
    const [shipment] = row.shipments;
    if (shipment === undefined) throw new Error('no shipment');
    const { carrier: _, personal: __, trackingNumber, ...imported } = shipment;
    expect({ ...NO_ATTRIBUTES, ...imported }).toEqual(byNumber.get(trackingNumber));
  }
  await hub.close();
});
