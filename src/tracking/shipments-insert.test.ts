import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROOF_KINDS } from '../kernel/proof-kinds.ts';
import { withTransaction } from '../platform/database/database.ts';
import { INITIAL_STATE, NO_ATTRIBUTES, type Shipment } from './shipment.ts';
import { shipmentsByIds } from './shipments.sql.ts';
import { insertShipments } from './shipments-insert.sql.ts';
import { startAcme } from './test-acme.ts';
import type { TestTracking } from './test-tracking.ts';

let hub: TestTracking;
beforeAll(async () => {
  hub = await startAcme();
});
afterAll(() => hub.close());

/** With what an array's or a JSON's text would have to escape. */
const text = fc.oneof(
  fc.constantFrom('', 'null', 'NULL', '{}', '{a,b}', '"', '\\', 'Ä,ß', 'Gift', 'gift', "O'Neil"),
  fc.string({ maxLength: 8 }).map((given) => given.replaceAll('\0', '')),
);
const texts = fc.array(text, { maxLength: 3 });
const bytes = fc.uint8Array({ minLength: 0, maxLength: 6 });
const instant = fc.integer({ min: 1_500_000_000_000, max: 1_900_000_000_000 });
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const members = fc.dictionary(
  fc.constantFrom('shop', 'reference', 'n', 'Ä"'),
  fc.oneof(text, fc.integer(), fc.boolean(), fc.constantFrom(0.5, 1e21)),
);

const shipment = fc.record({
  id: fc.uuid({ version: 7 }),
  mode: fc.constantFrom('test', 'live'),
  shard: fc.integer({ min: 0, max: 63 }),
  trackingNumber: text,
  carrierPieceId: orNull(text),
  factsFromMs: instant,
  factsUntilMs: orNull(instant),
  orderIds: texts,
  serviceLevel: orNull(text),
  weightG: orNull(fc.integer({ min: 1, max: 100_000 })),
  dimensions: orNull(fc.record({ length_cm: fc.nat(), width_cm: fc.nat(), height_cm: fc.nat() })),
  promisedDate: orNull(fc.constantFrom('2026-11-23', '2024-02-29')),
  metadata: members,
  tags: texts,
  requireProof: fc.subarray([...PROOF_KINDS]),
  sealedPersonal: orNull(
    fc.record({ content: bytes, dataKey: bytes, hashes: orNull(fc.array(fc.base64String())) }),
  ),
  sequence: fc.nat(9),
  createdAtMs: instant,
  updatedAtMs: instant,
  destinationZone: orNull(fc.constant('Europe/Berlin')),
  linkDepth: fc.nat(3),
  status: fc.constantFrom('created', 'in_transit'),
  delivered: orNull(instant),
  pieces: orNull(fc.record({ total: fc.nat(), delivered: fc.nat() })),
});

/** Of a type that is narrower than what is drawn for it. */
function shipmentOf({ status, delivered, pieces, ...drawn }: Drawn): Shipment {
  const { mode, sealedPersonal } = drawn;
  return {
    ...NO_ATTRIBUTES,
    ...drawn,
    mode: mode === 'live' ? 'live' : 'test',
    merchantId: hub.tenant.merchantId,
    carrier: 'acme',
    predicted: null,
    linkedFrom: null,
    deletedAtMs: null,
    dimensions: drawn.dimensions as Shipment['dimensions'],
    sealedPersonal: sealedPersonal && {
      content: Buffer.from(sealedPersonal.content),
      dataKey: Buffer.from(sealedPersonal.dataKey),
      hashes: sealedPersonal.hashes,
    },
    state: {
      ...INITIAL_STATE,
      status: status === 'created' ? 'created' : 'in_transit',
      deliveredAtMs: delivered,
      pieces,
    },
  };
}
type Drawn = typeof shipment extends fc.Arbitrary<infer T> ? T : never;

it('writes many as they are, and what each is found by', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(shipment, { maxLength: 6, selector: ({ id }) => id }),
      async (drawn) => {
        const shipments = drawn.map(shipmentOf);
        await withTransaction(hub.db.pipeline, async (tx) => {
          await tx.query('delete from shipments');
          await insertShipments(tx, shipments);
          const ids = shipments.map(({ id }) => id);
          const stored = await shipmentsByIds(tx, ids);
          expect(new Map(stored.map((each) => [each.id, each]))).toEqual(
            new Map(shipments.map((each) => [each.id, each])),
          );
          const { rows } = await tx.query<{ stored: string[]; wanted: string[] }>(
            `select array(select t.term from shipment_terms t where t.shipment_id = s.id
                            and t.merchant_id = s.merchant_id and t.mode = s.mode order by 1) as stored,
               array(select term from waybill_shipment_terms(s) as term order by 1) as wanted
             from shipments s`,
          );
          for (const each of rows) expect(each.stored).toEqual(each.wanted);
          expect(rows).toHaveLength(shipments.length);
        });
      },
    ),
    { seed: 23, numRuns: 40 },
  );
});
