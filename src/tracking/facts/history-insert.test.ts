import { afterAll, beforeAll, expect, it } from 'vitest';
import { withTransaction } from '../../platform/database/database.ts';
import { startAcme } from '../test-acme.ts';
import { ALL_OBSERVATIONS } from '../test-observations.ts';
import type { TestTracking } from '../test-tracking.ts';
import { loadHistories } from './history.sql.ts';
import type { Fact, Observation, Pull, Snapshot } from './history.ts';
import { insertAdditions, type ShipmentAdditions } from './history-insert.sql.ts';
import { hashIdentity } from './identity.ts';

let hub: TestTracking;
beforeAll(async () => {
  hub = await startAcme();
});
afterAll(() => hub.close());

const NOW_MS = Date.parse('2026-03-10T12:00:00Z');
const IDENTITY = hashIdentity(['scan', '1']);
const ingestion = { inboundMessageId: crypto.randomUUID(), carrierPieceId: null };

const FACT: Fact = {
  identity: IDENTITY,
  source: 'carrier',
  code: 'PICK',
  codes: { event: 'PICK' },
  piece: null,
  summary: false,
  about: null,
  reportedLogical: false,
  reading: {
    status: 'picked_up',
    reason: null,
    milestone: null,
    logical: false,
    hidden: false,
    known: true,
    reviewed: true,
    correction: false,
    returnCancelled: false,
    rule: { event: 'PICK' },
    mappingVersion: '0123456789abcdef',
  },
  observations: [],
};

const OBSERVATION: Observation = {
  ...ingestion,
  source: 'webhook',
  trust: 'signed',
  byAccount: false,
  receivedAtMs: NOW_MS,
  time: {
    local: '2026-03-10T08:00:00',
    precision: 'second',
    zoneSource: 'offset',
    offsetMin: -300,
    zone: null,
  },
  place: { facility: null, city: 'Norton', region: null, postalCode: null, country: 'US' },
};

const SNAPSHOT: Snapshot = {
  ...ingestion,
  receivedAtMs: NOW_MS,
  trust: 'signed',
  asOfMs: NOW_MS,
  returnFlag: null,
  estimatedDelivery: null,
  serviceLevel: 'express',
  weightG: 500,
  piecesTotal: null,
  proofs: [],
};

const PULL: Pull = {
  ...ingestion,
  atMs: NOW_MS,
  full: true,
  identities: [IDENTITY],
  reachesBackToMs: null,
};

const again = { ...OBSERVATION, inboundMessageId: crypto.randomUUID() };

function insert(...batch: readonly ShipmentAdditions[]): Promise<void> {
  return withTransaction(hub.db.pipeline, (tx) => insertAdditions(tx, batch, NOW_MS));
}

function byMessage(one: Observation, other: Observation): number {
  return one.inboundMessageId < other.inboundMessageId ? -1 : 1;
}

it('what two instances of a number bring to a third is stored once', async () => {
  const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'TWICE-1' });
  const additions: ShipmentAdditions = {
    shipmentId: shipment.id,
    tenant: hub.tenant,
    facts: [FACT],
    observations: [
      { identity: IDENTITY, observation: OBSERVATION },
      { identity: IDENTITY, observation: again },
    ],
    snapshot: SNAPSHOT,
    pull: PULL,
  };
  await insert(additions, additions);
  const history = (await loadHistories(hub.db.pipeline, [shipment.id])).get(shipment.id);
  expect([...(history?.facts.values() ?? [])]).toEqual([
    { ...FACT, observations: [OBSERVATION, again] },
  ]);
  expect([...(history?.snapshots.values() ?? [])]).toEqual([SNAPSHOT]);
  expect(history?.pulls).toEqual([PULL]);
});

it('a fact of an earlier version has its observations in rows of their own', async () => {
  const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'EARLIER-1' });
  await insert({
    shipmentId: shipment.id,
    tenant: hub.tenant,
    facts: [FACT],
    observations: [
      { identity: IDENTITY, observation: OBSERVATION },
      { identity: IDENTITY, observation: again },
    ],
    snapshot: null,
    pull: null,
  });
  const observations = async () => {
    const history = (await loadHistories(hub.db.pipeline, [shipment.id])).get(shipment.id);
    const { rows } = await hub.db.pipeline.query<{ id: string }>(
      `select inbound_message_id as id from ${ALL_OBSERVATIONS} o where shipment_id = $1
       order by id`,
      [shipment.id],
    );
    const loaded = history?.facts.get(IDENTITY)?.observations ?? [];
    return { loaded: [...loaded].sort(byMessage), ids: rows.map(({ id }) => id) };
  };
  const both = [OBSERVATION, again].sort(byMessage);
  const stored = { loaded: both, ids: both.map(({ inboundMessageId }) => inboundMessageId) };
  expect(await observations()).toEqual(stored);
  await hub.db.owner.query(
    `with later as (delete from observations where shipment_id = $1 returning *),
       first as (
         insert into observations (shipment_id, identity, inbound_message_id, merchant_id, mode,
           source, trust, by_account, received_at, local, time_precision, zone_source, offset_min,
           place)
         select shipment_id, identity, inbound_message_id, merchant_id, mode, message_source,
           trust, by_account, received_at, local, time_precision, zone_source, offset_min, place
         from facts where shipment_id = $1),
       last as (insert into observations select * from later)
     update facts set inbound_message_id = null, message_source = null, trust = null,
       by_account = null, received_at = null, local = null, time_precision = null,
       zone_source = null, offset_min = null, place = null
     where shipment_id = $1`,
    [shipment.id],
  );
  expect(await observations()).toEqual(stored);
});

it('a fact, snapshot or pull that is stored already is refused by the database', async () => {
  const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'TWICE-2' });
  const owner = { shipmentId: shipment.id, tenant: hub.tenant };
  const none = { ...owner, facts: [], observations: [], snapshot: null, pull: null };
  const parts: readonly ShipmentAdditions[] = [
    { ...none, facts: [FACT], observations: [{ identity: IDENTITY, observation: OBSERVATION }] },
    { ...none, observations: [{ identity: IDENTITY, observation: again }] },
    { ...none, snapshot: SNAPSHOT },
    { ...none, pull: PULL },
  ];
  for (const part of parts) {
    await insert(part);
    await expect(insert(part)).rejects.toThrow('duplicate key');
  }
});
