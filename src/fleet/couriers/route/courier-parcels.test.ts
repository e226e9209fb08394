import { expect, it } from 'vitest';
import type { Queryable } from '../../../platform/database/database.ts';
import { adoptParcels } from './courier-parcels.sql.ts';

it('scans from before a number was registered twice go to the first shipment, in order of numbers', async () => {
  const queries: unknown[] = [];
  const db: Queryable = Object.assign(Object.create(null), {
    query: async ({ values }: { readonly values: readonly unknown[] }) => queries.push(values),
  });
  const live = { merchantId: 'shop', mode: 'live' } as const;
  const test = { merchantId: 'shop', mode: 'test' } as const;
  await adoptParcels(db, [
    { tenant: live, shipmentId: 'first', trackingNumber: 'B' },
    { tenant: live, shipmentId: 'only', trackingNumber: 'A' },
    { tenant: live, shipmentId: 'second', trackingNumber: 'B' },
    { tenant: test, shipmentId: 'tested', trackingNumber: 'B' },
  ]);
  const once = [
    ['shop', 'shop', 'shop'],
    ['live', 'live', 'test'],
    ['A', 'B', 'B'],
    ['only', 'first', 'tested'],
  ];
  // Parcels, reports of phones, and notices.
  expect(queries).toEqual([once, once, once]);
});
