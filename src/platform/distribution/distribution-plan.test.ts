import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Database,
  openDatabase,
  type Queryable,
  withTransaction,
} from '../database/database.ts';
import { queryRows } from '../database/query-rows.ts';
import { PROJECT_ROOT } from '../settings/yaml-settings.ts';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { citusStatements, readCatalog } from './catalog.sql.ts';
import {
  type Catalog,
  type DistributionPlan,
  distributionPlan,
  growingTables,
} from './distribution-plan.ts';

const table = (name: string, ...columns: readonly string[]) => ({
  name,
  columns,
  triggers: [],
  hasPrimaryKey: !name.startsWith('weights'),
});
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
  it('a table with its column in every key, with its referrers', () => {
    const references = SMALL.references.filter(({ name }) => !['of', 'of_parcel'].includes(name));
    const printed = citusStatements(distributionPlan({ ...SMALL, references }), 'hub').split('\n');
    expect(printed.filter((line) => /^(?:select|alter table)/.test(line))).toEqual([
      "select create_distributed_table('parcel_sizes', 'shipment_id', colocate_with => 'none');",
      'alter table weights replica identity full;',
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
      public_tracks: [
        'its rows would be on other servers than those of the parcel',
        'of refers to merchants, which stays',
      ],
      scans: [
        'its rows would be on other servers than those of the parcel',
        'of_parcel refers to parcel_sizes without shard',
      ],
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
        'its rows would be on other servers than those of the parcel',
        'statements that run for each scan read it without id',
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

  it('these are spread', () => {
    const { spread } = distributionPlan(catalog);
    expect(spread.map(({ table: name, by }) => `${name} by ${by}`)).toEqual(SPREAD);
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
      await runPrinted(tx, plan);
      const { rows } = await tx.query<{ name: string }>(
        'select relation::text as name from stand_in order by nr',
      );
      return rows.map(({ name }) => name);
    });
    expect(spread).toEqual(plan.spread.map(({ table: name }) => name));
  });

  it('and nothing else would, of what keys, foreign keys or triggers keep from it', async () => {
    const plan = distributionPlan(catalog);
    const staying = plan.staying.filter(({ because: all }) =>
      all.some((each) => !/^statements|^its rows/.test(each)),
    );
    const refused: string[] = [];
    for (const { table: name, by } of staying) {
      const run = standIn(db, async (tx) => {
        await runPrinted(tx, plan);
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

/** As psql would, but in a transaction that is rolled back. */
async function runPrinted(tx: Queryable, plan: DistributionPlan): Promise<void> {
  const [row] = await queryRows<{ name: string }>(tx, 'select current_database() as name');
  await tx.query(citusStatements(plan, row?.name ?? '').replace(/^(?:begin|commit);$/gm, ''));
}

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
  'facts by shipment_id',
  'observations by shipment_id',
  'pieces by shipment_id',
  'pin_failures by shipment_id',
  'pulls by shipment_id',
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
  // Found by the id that another service's client sends.
  'external_ids: external_ids_pkey is unique without shipment_id',
  'notification_attempts: it has no column shipment_id',
  'notifications: notifications_noted is unique without shipment_id',
  'notifications: notifications_pkey is unique without shipment_id',
  // The rows of an import, found by import and line.
  'shop_parcels: shop_parcels_pkey is unique without shipment_id',
  'shop_writes: shop_writes_pkey is unique without shipment_id',
  'shop_writes: shop_writes_shop_id_order_id_event_id_key is unique without shipment_id',
  'webhook_attempts: it has no column subject_id',
  'webhook_deliveries: webhook_deliveries_pkey is unique without subject_id',
];

/** As docs/retention.md says it of tables. */
const WITH_PARCELS = /with (?:their|the) shipment|after `(?:parcels|polling|messages|deliveries)`/;

/**
 * A worker, and a function of Citus limited to its checks of a schema: it rejects the same keys,
 * foreign keys and triggers (https://docs.citusdata.com/en/stable/develop/reference_ddl.html, read on
 * 2026-11-23). Each rejection begins with `cannot distribute`.
 */
const STAND_IN = `
  create temporary table stand_in (
    nr serial, relation regclass primary key, key_column text, key_type oid,
    -- The first of those that it is together with.
    head regclass);
  create temporary table pg_dist_node as select true as isactive, true as shouldhaveshards, 1 as groupid;

  create function create_distributed_table(
    table_name text, distribution_column text, colocate_with text default 'default')
    returns void language plpgsql as $$
  declare
    it constant regclass := table_name;
    beside regclass := it;
    nr_of_key int2;
    type_of_key oid;
    odd record;
  begin
    select a.attnum, a.atttypid into nr_of_key, type_of_key from pg_attribute a
      where a.attrelid = it and a.attname = distribution_column and not a.attisdropped;
    if not found then
      raise exception 'cannot distribute %: it has no column %', it, distribution_column;
    end if;
    if exists (select from pg_trigger where tgrelid = it and not tgisinternal) then
      raise exception 'cannot distribute %: it has triggers', it;
    end if;
    for odd in select x.indexrelid::regclass as name from pg_index x
        where x.indrelid = it and (x.indisunique or x.indisexclusion)
          and not nr_of_key = any (string_to_array(x.indkey::text, ' ')::int2[]) loop
      raise exception 'cannot distribute %: % lacks %', it, odd.name, distribution_column;
    end loop;
    if colocate_with not in ('none', 'default') then
      select s.head into beside from stand_in s
        where s.relation = colocate_with::regclass and s.key_type = type_of_key;
      if not found then raise exception 'cannot distribute %: not beside %', it, colocate_with; end if;
    end if;
    insert into stand_in (relation, key_column, key_type, head)
      values (it, distribution_column, type_of_key, beside);
    -- What refers and what is referred to: on the same server by the same columns.
    for odd in select k.conname, k.conrelid::regclass as source from pg_constraint k
        left join stand_in s on s.relation = k.conrelid
        left join stand_in t on t.relation = k.confrelid
        where k.contype = 'f' and it in (k.conrelid, k.confrelid)
          and not coalesce(s.head = t.head and k.confdeltype not in ('n', 'd') and exists (
            select from unnest(k.conkey, k.confkey) as c(from_nr, to_nr)
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.from_nr
            join pg_attribute b on b.attrelid = k.confrelid and b.attnum = c.to_nr
            where a.attname = s.key_column and b.attname = t.key_column), false) loop
      raise exception 'cannot distribute %: foreign key % of %', it, odd.conname, odd.source;
    end loop;
  end $$;
`;
