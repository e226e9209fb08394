import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { readCatalog } from './catalog.sql.ts';
import { citusStatements } from './citus-statements.sql.ts';
import { type Catalog, distributionPlan } from './distribution-plan.ts';

const SMALL: Catalog = {
  tables: [
    { name: 'merchants', columns: ['id'] },
    { name: 'notes', columns: ['id', 'shipment_id'] },
    { name: 'public_tracks', columns: ['tracking_number', 'merchant_id'] },
    { name: 'scans', columns: ['shard', 'id'] },
    { name: 'shipments', columns: ['id', 'shard'] },
  ],
  uniques: [
    { table: 'public_tracks', name: 'public_tracks_pkey', columns: ['tracking_number'] },
    { table: 'scans', name: 'scans_pkey', columns: ['shard', 'id'] },
    { table: 'shipments', name: 'shipments_pkey', columns: ['id'] },
  ],
  references: [
    { table: 'public_tracks', name: 'of', columns: ['merchant_id'], target: 'merchants' },
    { table: 'scans', name: 'of_parcel', columns: ['id'], target: 'shipments' },
  ],
};

describe('which tables could be spread over servers', () => {
  it('a table with its column in every key, after what it refers to is everywhere', () => {
    expect(citusStatements(distributionPlan(SMALL)).split('\n').slice(1)).toEqual([
      "select create_reference_table('merchants');",
      "select create_distributed_table('public_tracks', 'tracking_number');",
      '',
      '-- Stay on the coordinator, although they grow with parcels: 3 tables.',
      '--   notes: it has no column shard',
      '--   scans: of_parcel refers to shipments without shard',
      '--   shipments: shipments_pkey is unique without shard',
      '',
    ]);
  });

  it('none whose key lacks the column', () => {
    const uniques = [{ table: 'public_tracks', name: 'other', columns: ['merchant_id'] }];
    expect(distributionPlan({ ...SMALL, uniques }).spread).toEqual([]);
  });
});

describe('the schema as it stands', () => {
  let database: TestDatabase;
  let db: Database;
  beforeAll(async () => {
    database = await createTestDatabase();
    db = openDatabase({ url: database.url });
  });
  afterAll(async () => {
    await db?.end();
    await database?.drop();
  });

  it('public answers can be spread by number, and what stays is told with the reason', async () => {
    const plan = distributionPlan(await readCatalog(db.owner));
    expect(plan.spread).toEqual([{ table: 'public_tracks', by: 'tracking_number' }]);
    const staying = new Map(plan.staying.map(({ table, because }) => [table, because]));
    expect(staying.get('shipments')).toContain('shipments_pkey is unique without shard');
    expect(staying.get('event_log')).toEqual(['event_log_by_subject is unique without shard']);
    for (const table of ['facts', 'receipts', 'notifications', 'pieces']) {
      expect(staying.get(table)).not.toEqual([]);
    }
  });
});
