import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Tenant } from '../../kernel/tenant.ts';
import { withTenant } from '../../platform/database/database.ts';
import { startAcme, type TestReport } from '../test-acme.ts';
import type { TestTracking } from '../test-tracking.ts';
import { type SourceFigures, sourceFigures } from './source-figures.sql.ts';
import { pull, push } from './test-pulls.ts';

let hub: TestTracking;
beforeAll(async () => {
  hub = await startAcme();
});
afterAll(() => hub.close());

/** The wall clock of the test carrier, five hours behind UTC. */
const local = (utc: string) =>
  new Date(Date.parse(`2026-03-10T${utc}:00Z`) - 5 * 3_600_000).toISOString().slice(0, 19);

const figures = (tenant: Tenant): Promise<SourceFigures[]> =>
  withTenant(hub.db.app, tenant, (tx) => sourceFigures(tx, 100));

test('an empty history gives no figures, and neither do other tenants’ reports', async () => {
  expect(await figures(hub.tenant)).toEqual([]);
});

test('each fact is counted once by the sources that reported it, with the delay of each', async () => {
  const number = 'SOURCES-1';
  await hub.register({ carrier: 'acme', trackingNumber: number });
  const old = { code: 'PICK', at: '2026-03-01T08:00:00' };
  const pushed = { code: 'HUB', at: local('12:10') };
  const both = { code: 'OFD', at: local('12:20') };
  const pulled = { code: 'DEL', at: local('12:30') };
  const reportOf = (...events: TestReport['events']): TestReport => ({ number, events });
  hub.clock.set(Date.parse('2026-03-10T12:10:00Z'));
  await push(hub, reportOf(old, pushed)); // a minute later
  hub.clock.set(Date.parse('2026-03-10T12:21:00Z'));
  await push(hub, reportOf(both)); // two minutes late
  hub.clock.set(Date.parse('2026-03-10T12:39:00Z'));
  await pull(hub, reportOf(both, pulled)); // twenty, and ten
  await pull(hub, reportOf(both, pulled));
  expect(await figures(hub.tenant)).toEqual([
    {
      carrier: 'acme',
      shipments: 1,
      pushOnly: 1,
      pollOnly: 1,
      both: 1,
      pushDelay: { medianS: 90, p95S: 117 },
      pollDelay: { medianS: 900, p95S: 1_170 },
    },
  ]);
  expect(await figures({ ...hub.tenant, mode: 'live' })).toEqual([]);
});

test('the reports of each source, and whether it was the first, are counted', async () => {
  const fresh = await startAcme();
  try {
    const number = 'SOURCES-2';
    await fresh.register({ carrier: 'acme', trackingNumber: number });
    const scan = { code: 'HUB', at: local('12:10') };
    const later = { code: 'OFD', at: local('12:20') };
    await push(fresh, { number, events: [scan] });
    await pull(fresh, { number, events: [scan, later] });
    const { values = [] } =
      (await fresh.metrics.getSingleMetric('waybill_observations_total')?.get()) ?? {};
    expect(values.map(({ labels, value }) => [labels['source'], labels['first'], value])).toEqual([
      ['webhook', 'yes', 1],
      ['poll', 'yes', 1],
      ['poll', 'no', 1],
    ]);
  } finally {
    await fresh.close();
  }
});
