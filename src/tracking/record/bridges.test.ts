import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '../../platform/observability/log.ts';
import { deleteShipment } from '../commands/manage.ts';
import { registerShipment } from '../commands/register.ts';
import { startJobWorker } from '../renormalize/jobs/job-worker.ts';
import { startRenormalization } from '../renormalize/jobs/jobs.ts';
import { body, publicTrackOf } from '../test-acme.ts';
import { ACME_CODE, type RelayReport, relayMapping, startRelay } from '../test-relay.ts';
import type { TestTracking } from '../test-tracking.ts';
import { explainShipment, viewShipment } from '../views/view.ts';
import { sourceFigures } from './source-figures.sql.ts';

/** What a bridge reports, from the inbound message to the public answer, on a real database. */
let hub: TestTracking;
let mapping = relayMapping();
beforeAll(async () => {
  hub = await startRelay(() => mapping);
});
afterAll(() => hub.close());

type Given = Parameters<TestTracking['receive']>[0];

const relayed = (report: Omit<RelayReport, 'carrier'>, given: Partial<Given> = {}) =>
  hub.receive({ carrier: 'relay', body: body(...relayReports(report)), ...given });
const relayReports = (report: Omit<RelayReport, 'carrier'>): RelayReport[] => [
  { carrier: ACME_CODE, ...report },
];
const pushed = (number: string, code: string, at: string) =>
  hub.receive({ carrier: 'acme', body: body({ number, events: [{ code, at }] }) });

async function explained(id: string) {
  const found = await explainShipment(hub.deps, hub.tenant, id);
  if (found === null) throw new Error('no such shipment');
  return found.explanation;
}

async function shownEvents(id: string) {
  const view = await viewShipment(hub.deps, hub.tenant, id);
  return view?.events.map(({ source, bridge, status }) => [status, source, bridge]);
}

it('steers with the facts of a bridge, says so, and merges them into the carrier’s later', async () => {
  const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'B1' });
  await pushed('B1', 'HUB', '2026-03-09T08:00:00');
  await relayed({
    number: 'B1',
    events: [
      { code: 'arrived', at: '2026-03-09T08:00:41' },
      { code: 'completed', at: '2026-03-09T14:12:00' },
    ],
  });
  expect(await publicTrackOf(hub, 'B1')).toMatchObject({
    status: 'delivered',
    events: [{ status: 'delivered', via: 'relay' }, { status: 'at_facility' }],
  });
  expect(await shownEvents(shipment.id)).toEqual([
    ['delivered', 'bridge', 'relay'],
    ['at_facility', 'carrier', undefined],
  ]);
  const before = await explained(shipment.id);
  expect(before).toMatchObject({ status: 'delivered', via: 'relay' });
  expect(before.facts.map(({ source, via, verdict }) => [source, via, verdict])).toEqual([
    ['carrier', null, 'standing'],
    ['bridge', 'relay', 'same_fact'],
    ['bridge', 'relay', 'steering'],
  ]);

  await pushed('B1', 'DEL', '2026-03-09T14:12:00');
  expect(await explained(shipment.id)).toMatchObject({ status: 'delivered', via: null });
  expect(await publicTrackOf(hub, 'B1')).toMatchObject({
    events: [expect.not.objectContaining({ via: 'relay' }), { status: 'at_facility' }],
  });
});

it('keeps what was reported before the registration, and nothing without a known carrier', async () => {
  await relayed({ number: 'B2', events: [{ code: 'collected', at: '2026-03-09T08:00:00' }] });
  const unknown: RelayReport = { number: 'B2', events: [{ code: 'completed', at: '2026-03-09' }] };
  const other: RelayReport = { ...unknown, carrier: 'acme' };
  await hub.receive({ carrier: 'relay', body: body(unknown, other) });
  const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'B2' });
  expect(shipment.state.status).toBe('picked_up');
  expect(await shownEvents(shipment.id)).toEqual([['picked_up', 'bridge', 'relay']]);
});

it('an answer about a registered parcel belongs to its carrier if the bridge names none it knows', async () => {
  const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'B8' });
  const report: RelayReport = {
    number: 'B8',
    carrier: 'who-knows',
    events: [{ code: 'collected', at: '2026-03-09T08:00:00' }],
  };
  const answer = { carrier: 'relay', body: body(report, { ...report, number: 'B9' }) };
  const headers = { ':number': 'B8', ':carrier': 'acme', ':status': '200' };
  await hub.receive({ ...answer, headers });
  expect(await shownEvents(shipment.id)).toEqual([]);
  await hub.receive({ ...answer, headers, source: 'poll', trust: 'pulled' });
  expect(await shownEvents(shipment.id)).toEqual([['picked_up', 'bridge', 'relay']]);
  const other = await hub.register({ carrier: 'acme', trackingNumber: 'B9' });
  expect(await shownEvents(other.shipment.id)).toEqual([]);
});

it('a report on an account’s own path is about its tenant’s shipments only', async () => {
  const other = { ...hub.tenant, mode: 'live' as const };
  const mine = await hub.register({ carrier: 'acme', trackingNumber: 'B3' });
  const wanted = { carrier: 'acme', trackingNumber: 'B3' };
  const theirs = await registerShipment(hub.deps, other, wanted);
  await relayed(
    { number: 'B3', events: [{ code: 'completed', at: '2026-03-09T08:00:00' }] },
    { owner: { accountId: '0190a1b2-0000-7000-8000-000000000001', ...hub.tenant } },
  );
  expect((await explained(mine.shipment.id)).status).toBe('delivered');
  const view = await viewShipment(hub.deps, other, theirs.shipment.id);
  expect(view).toMatchObject({ shipment: { state: { status: 'created' } }, events: [] });
});

it('reads its facts again with the bridge’s mapping, and the carrier’s with the carrier’s', async () => {
  const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'B4' });
  await pushed('B4', 'HUB', '2026-03-09T08:00:00');
  await relayed({ number: 'B4', events: [{ code: 'with_driver', at: '2026-03-09T10:00:00' }] });
  expect((await explained(shipment.id)).status).toBe('out_for_delivery');
  mapping = relayMapping({ with_driver: 'delivery_attempted', HUB: 'delivered' });
  const deps = { db: hub.db, clock: hub.clock, randomBytes: hub.deps.randomBytes };
  await startRenormalization(deps, { carrier: 'relay', toVersion: mapping.version, by: 'test' });
  const worker = startJobWorker({
    db: hub.db,
    context: hub.deps.context,
    clock: hub.clock,
    wait: async () => {},
    pace: { rest: async () => {} },
    adoptedMs: 0,
    mappings: {
      current: () => mapping,
      forMerchant: (base) => base,
      active: () => null,
      load: async () => mapping,
      refresh: async () => {},
    },
    log: createLog({ level: 'silent' }),
    listener: null,
  });
  await worker.idle();
  await worker.stop();
  const after = await explained(shipment.id);
  expect(after).toMatchObject({ status: 'delivery_attempted', via: 'relay' });
  expect(after.facts.map(({ reading }) => [reading.status, reading.before?.status])).toEqual([
    ['at_facility', undefined],
    ['delivery_attempted', 'out_for_delivery'],
  ]);
  mapping = relayMapping();
});

it('takes back what the bridge no longer lists, whatever the carrier lists', async () => {
  const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'B5' });
  const pull = { source: 'poll', trust: 'pulled' } as const;
  const events = [
    { code: 'collected', at: '2026-03-09T08:00:00' },
    { code: 'completed', at: '2026-03-09T10:00:00' },
  ];
  await relayed({ number: 'B5', events }, pull);
  for (const list of [events.slice(0, 1), events.slice(0, 1)]) {
    hub.clock.advance(60_000);
    const scan = { code: 'PICK', at: '2026-03-09T07:00:00' };
    await hub.receive({ carrier: 'acme', body: body({ number: 'B5', events: [scan] }), ...pull });
    expect((await explained(shipment.id)).status).toBe('delivered');
    await relayed({ number: 'B5', events: list }, pull);
  }
  const { status, facts } = await explained(shipment.id);
  expect(status).toBe('picked_up');
  expect(facts.map(({ verdict }) => verdict)).toEqual(['standing', 'steering', 'retracted']);
});

it('counts unknown codes with the bridge, and leaves it out of the carrier’s figures', async () => {
  const before = await sourceFigures(hub.db.pipeline, 100);
  await hub.register({ carrier: 'acme', trackingNumber: 'B6' });
  await relayed({ number: 'B6', events: [{ code: 'odd', at: '2026-03-11T08:00:00' }] });
  const { rows } = await hub.db.pipeline.query(
    `select carrier, codes from review_entries where codes @> '{"event": "odd"}'`,
  );
  expect(rows).toEqual([{ carrier: 'relay', codes: { event: 'odd' } }]);
  expect(await sourceFigures(hub.db.pipeline, 100)).toEqual(before);
});

it('is erased with the shipment', async () => {
  const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'B7' });
  const at = '2026-03-09T08:00:00';
  const ids = [
    await relayed({ number: 'B7', events: [{ code: 'collected', at }] }),
    await relayed({ number: 'B7', events: [] }),
  ];
  await deleteShipment(hub.deps, hub.tenant, shipment.id);
  const { rows } = await hub.db.pipeline.query<{ erased: boolean }>(
    `select data_key is null and content = '' as erased from inbound_messages
     where id = any($1::uuid[])`,
    [ids],
  );
  expect(rows).toEqual([{ erased: true }, { erased: true }]);
});
