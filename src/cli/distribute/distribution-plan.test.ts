import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Database,
  openDatabase,
  type Queryable,
  withTransaction,
} from '../../platform/database/database.ts';
import { PROJECT_ROOT } from '../../platform/settings/yaml-settings.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { citusStatements, readCatalog } from './catalog.sql.ts';
import {
  type Catalog,
  type DistributionPlan,
  distributionPlan,
  growingTables,
} from './distribution-plan.ts';
import { STAND_IN } from './test-stand-in.sql.ts';

const table = (name: string, ...columns: readonly string[]) => ({ name, columns, triggers: [] });
const refers = (
  name: string,
  from: string,
  [column, target, to]: readonly [string, string, string],
) => ({
  table: from,
  name,
  columns: [column],
  target,
  targetColumns: [to],
});

const SMALL: Catalog = {
  tables: [
    table('merchants', 'id'),
    table('notes', 'id', 'shipment_id'),
    table('parcel_sizes', 'shipment_id'),
    table('public_tracks', 'tracking_number', 'merchant_id'),
    table('scans', 'shard', 'id'),
    table('steps', 'note_id', 'shipment_id'),
    { ...table('terms', 'shipment_id'), triggers: ['notify'] },
    table('weights', 'shipment_id', 'size_of'),
  ],
  uniques: [
    { table: 'notes', name: 'notes_pkey', columns: ['id'] },
    { table: 'parcel_sizes', name: 'parcel_sizes_pkey', columns: ['shipment_id'] },
    { table: 'public_tracks', name: 'public_tracks_pkey', columns: ['tracking_number'] },
    { table: 'scans', name: 'scans_pkey', columns: ['shard', 'id'] },
  ],
  references: [
    refers('of', 'public_tracks', ['merchant_id', 'merchants', 'id']),
    refers('of_note', 'steps', ['shipment_id', 'notes', 'shipment_id']),
    refers('of_parcel', 'scans', ['id', 'parcel_sizes', 'shipment_id']),
    refers('of_size', 'weights', ['shipment_id', 'parcel_sizes', 'shipment_id']),
  ],
};

describe('which tables could be spread over servers', () => {
  it('a table with its column in every key, with its referrers, after the reference tables', () => {
    const references = SMALL.references.filter(({ name }) => name !== 'of_parcel');
    const printed = citusStatements(distributionPlan({ ...SMALL, references })).split('\n');
    expect(printed.filter((line) => line.startsWith('select'))).toEqual([
      "select create_reference_table('merchants');",
      "select create_distributed_table('parcel_sizes', 'shipment_id', colocate_with => 'none');",
      "select create_distributed_table('public_tracks', 'tracking_number', colocate_with => 'none');",
      "select create_distributed_table('scans', 'shard', colocate_with => 'none');",
      "select create_distributed_table('weights', 'shipment_id', colocate_with => 'parcel_sizes');",
    ]);
  });

  it('none that a remaining table refers to, nor tables that refer to such a one', () => {
    expect(because(distributionPlan(SMALL))).toEqual({
      notes: [
        'notes_pkey is unique without shipment_id',
        'of_note of steps, which stays, refers to it',
      ],
      parcel_sizes: [
        'of_parcel of scans, which stays, refers to it',
        'of_size of weights, which stays, refers to it',
      ],
      scans: ['of_parcel refers to parcel_sizes without shard'],
      steps: ['of_note refers to notes, which stays'],
      terms: ['trigger notify writes elsewhere'],
      weights: ['of_size refers to parcel_sizes, which stays'],
    });
  });

  it('none with statements that no distributed table supports', () => {
    const inboundMessages = table('inbound_messages', 'id');
    expect(
      because(distributionPlan({ tables: [inboundMessages], uniques: [], references: [] })),
    ).toEqual({
      inbound_messages: [
        'what runs for each scan looks into it without id',
        'statements lock rows of several servers',
        'statements look from row to row into another table',
      ],
    });
  });
});

function because({ staying }: DistributionPlan): Record<string, readonly string[]> {
  return Object.fromEntries(staying.map((each) => [each.table, each.because]));
}

describe('the current schema', () => {
  let database: TestDatabase;
  let db: Database;
  let catalog: Catalog;
  beforeAll(async () => {
    database = await createTestDatabase();
    db = openDatabase({ url: database.url });
    catalog = await readCatalog(db.owner);
  });
  afterAll(async () => {
    await db?.end();
    await database?.drop();
  });

  it('these are spread; the list may only become longer', () => {
    const { copied, spread } = distributionPlan(catalog);
    expect({ copied, spread: spread.map(({ table: name, by }) => `${name} by ${by}`) }).toEqual({
      copied: ['merchants'],
      spread: SPREAD,
    });
  });

  it('tables that belong to a parcel grow with parcels', async () => {
    const guide = readFileSync(path.join(PROJECT_ROOT, 'docs/retention.md'), 'utf8');
    const going = [...guide.matchAll(/^\| (`\w+`[^|]*) \| ([^|]*) \|$/gm)]
      .filter(([, , fate = '']) => WITH_PARCELS.test(fate))
      .flatMap(([, tables = '']) => [...tables.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    const growing = growingTables(catalog);
    expect(going.length).toBeGreaterThan(30);
    expect(going.filter((name) => name !== undefined && !growing.has(name))).toEqual([]);
  });

  it('no unique key lacks what its table would be spread by, but for these', () => {
    const keys = Object.entries(because(distributionPlan(catalog))).flatMap(([name, all]) =>
      all
        .filter((each) => /is unique without|has no column/.test(each))
        .map((each) => `${name}: ${each}`),
    );
    expect(keys).toEqual(KEYS_IN_THE_WAY);
  });

  it('the printed statements run in order where keys are checked as by Citus', async () => {
    const plan = distributionPlan(catalog);
    const spread = await standIn(db, async (tx) => {
      await tx.query(citusStatements(plan));
      const { rows } = await tx.query<{ name: string }>(
        'select relation::text as name from stand_in where key_column is not null order by nr',
      );
      return rows.map(({ name }) => name);
    });
    expect(spread).toEqual(plan.spread.map(({ table: name }) => name));
  });

  it('and nothing else would, of what keys, foreign keys or triggers keep from it', async () => {
    const plan = distributionPlan(catalog);
    const staying = plan.staying.filter(({ because: all }) =>
      all.some((each) => !/^statements|^what runs/.test(each)),
    );
    const refused: string[] = [];
    for (const { table: name, by } of staying) {
      const run = standIn(db, async (tx) => {
        await tx.query(citusStatements(plan));
        const first = plan.spread.find((each) => each.by === by)?.table ?? 'none';
        await tx.query(
          `select create_distributed_table('${name}', '${by}', colocate_with => '${first}')`,
        );
      });
      await run.catch((error: Error) => {
        expect(error.message).toMatch(`cannot distribute ${name}: `);
        refused.push(name);
      });
    }
    expect(staying.length).toBeGreaterThan(10);
    expect(refused).toEqual(staying.map(({ table: name }) => name));
  });
});

/**
 * With functions of the same names as Citus', which check keys and change nothing; rolled back at
 * the end.
 */
function standIn<T>(db: Database, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const cause = new Error('taken back');
  let result: { readonly value: T } | null = null;
  return withTransaction(db.owner, async (tx) => {
    await tx.query(STAND_IN);
    result = { value: await work(tx) };
    throw cause;
  }).catch((error) => {
    if (error !== cause || result === null) throw error;
    return result.value;
  });
}

const SPREAD: readonly string[] = [
  'analytics_parcels by shipment_id',
  'bulk_job_rows by shipment_id',
  'delivery_proofs by shipment_id',
  'facts by shipment_id',
  'observations by shipment_id',
  'pieces by shipment_id',
  'pin_failures by shipment_id',
  'public_tracks by tracking_number',
  'pulls by shipment_id',
  'shipment_notes by shipment_id',
  'snapshots by shipment_id',
  'subscription_requests by shipment_id',
];

/**
 * This list may only become shorter: a new table that grows with parcels must have the column in
 * all its keys from the start. These tables have keys without it because others refer to them by
 * these keys, or because they are identified by an id alone.
 */
const KEYS_IN_THE_WAY: readonly string[] = [
  'case_evidence: case_evidence_once is unique without shipment_id',
  'case_evidence: case_evidence_pkey is unique without shipment_id',
  'claims: claims_open is unique without shipment_id',
  'claims: claims_pkey is unique without shipment_id',
  'courier_parcels: courier_parcels_open is unique without shipment_id',
  'courier_parcels: courier_parcels_pkey is unique without shipment_id',
  'notification_attempts: it has no column shipment_id',
  'notifications: notifications_noted is unique without shipment_id',
  'notifications: notifications_pkey is unique without shipment_id',
  // The rows of an import, found by import and line.
  'shipment_import_rows: shipment_import_rows_pkey is unique without shipment_id',
  'webhook_attempts: it has no column subject_id',
  'webhook_deliveries: webhook_deliveries_pkey is unique without subject_id',
];

/** As docs/retention.md says it of tables. */
const WITH_PARCELS = /with (?:their|the) shipment|after `(?:parcels|polling|messages|deliveries)`/;
