import { afterAll, beforeAll, expect, it } from 'vitest';
import { withTransaction } from '../../platform/database/database.ts';
import { startAcme } from '../test-acme.ts';
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
    mappingVersion: 'test',
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
