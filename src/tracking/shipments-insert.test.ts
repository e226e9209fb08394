import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ATTRIBUTES } from '../events/shipment-attributes.ts';
import { someAttributes, text } from '../events/test-shipment-attributes.ts';
import { withTransaction } from '../platform/database/database.ts';
import { INITIAL_STATE, type Shipment } from './shipment.ts';
import { shipmentsByIds } from './shipments.sql.ts';
import { INSERTED, insertShipments } from './shipments-insert.sql.ts';
import { startAcme } from './test-acme.ts';
import type { TestTracking } from './test-tracking.ts';

let hub: TestTracking;
beforeAll(async () => {
  hub = await startAcme();
});
afterAll(() => hub.close());

const bytes = fc.uint8Array({ minLength: 0, maxLength: 6 });
const instant = fc.integer({ min: 1_500_000_000_000, max: 1_900_000_000_000 });
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const hashes = orNull(
  fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String), { maxLength: 3 }),
);
const shipment = fc.record({
  id: fc.uuid({ version: 7 }),
  mode: fc.constantFrom('test', 'live'),
  shard: fc.integer({ min: 0, max: 63 }),
  trackingNumber: text,
  carrierPieceId: orNull(text),
  factsFromMs: instant,
  factsUntilMs: orNull(instant),
  attributes: someAttributes,
  sealedPersonal: orNull(fc.record({ content: bytes, dataKey: bytes, hashes })),
  sequence: fc.nat(9),
  createdAtMs: instant,
  updatedAtMs: instant,
  destinationZone: orNull(fc.constant('Europe/Berlin')),
  destinationCountry: orNull(fc.constant('DE')),
  linkDepth: fc.nat(3),
  status: fc.constantFrom('created', 'in_transit'),
  delivered: orNull(instant),
  pieces: orNull(fc.record({ total: fc.nat(), delivered: fc.nat() })),
});

/** Narrows the drawn values to the types of a shipment. */
function shipmentOf({ status, delivered, pieces, attributes, ...drawn }: Drawn): Shipment {
  const { mode, sealedPersonal } = drawn;
  return {
    ...attributes,
    ...drawn,
    mode: mode === 'live' ? 'live' : 'test',
    merchantId: hub.tenant.merchantId,
    carrier: 'acme',
    predicted: null,
    linkedFrom: null,
    deletedAtMs: null,
    sealedPersonal: sealedPersonal && {
      content: Buffer.from(sealedPersonal.content),
      dataKey: Buffer.from(sealedPersonal.dataKey),
      ...(sealedPersonal.hashes && { hashes: sealedPersonal.hashes }),
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

it('writes every column of the table, an attribute with the type of its definition', async () => {
  const { rows } = await hub.db.pipeline.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = 'shipments'::regclass and attnum > 0 and not attisdropped`,
  );
  const typeOf = new Map(rows.map(({ name, type }) => [name, type]));
  for (const { column, sqlType } of ATTRIBUTES) {
    expect([column, typeOf.get(column)]).toEqual([column, sqlType]);
  }
  // A new shipment is not deleted; only version 0.1.0 reads and writes `people_hashes`.
  expect([...INSERTED, 'deleted_at', 'people_hashes'].toSorted()).toEqual(
    [...typeOf.keys()].toSorted(),
  );
});

it('writes many unchanged, with their search terms', async () => {
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
          const withoutHashes = shipments.map((each) => {
            const { content, dataKey } = each.sealedPersonal ?? {};
            return content && dataKey ? { ...each, sealedPersonal: { content, dataKey } } : each;
          });
          expect(new Map(stored.map((each) => [each.id, each]))).toEqual(
            new Map(withoutHashes.map((each) => [each.id, each])),
          );
          const { rows: people } = await tx.query<{ id: string; hashes: string[] | null }>(
            `select s.id, p.hashes::text[] from shipments s
             left join shipment_people p on p.shipment_id = s.id and p.mode = s.mode`,
          );
          const hashesOf = ({ sealedPersonal, tags }: Shipment) =>
            tags.includes('archived') || !sealedPersonal?.hashes?.length
              ? null
              : sealedPersonal.hashes;
          expect(new Map(people.map((each) => [each.id, each.hashes]))).toEqual(
            new Map(shipments.map((each) => [each.id, hashesOf(each)])),
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
