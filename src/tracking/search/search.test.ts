import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import { type Queryable, withTenant, withTransaction } from '../../platform/database/database.ts';
import { deleteShipment, patchShipment } from '../commands/manage.ts';
import { publicOrderParcels } from '../public/public-tracks.sql.ts';
import { startAcme } from '../test-acme.ts';
import type { TestTracking } from '../test-tracking.ts';
import { countShipments } from './counts.sql.ts';
import { indexEarlierShipments } from './index-earlier-shipments.ts';
import {
  type ListingReach,
  listShipments,
  SHIPMENT_ORDERS,
  type ShipmentListing,
  type ShipmentPosition,
} from './listing.sql.ts';
import { indexPeople } from './people-index.sql.ts';
import { searchFor } from './search-text.ts';

const PLAIN: ShipmentListing = {
  statuses: null,
  carriers: null,
  trackingNumber: null,
  attributes: {},
  metadata: null,
  updatedAfterMs: null,
  search: null,
  sort: 'created_at',
  after: null,
  limit: 5,
};

/** Rows of the shipments table read by this session so far: by table and index scans. */
async function rowsRead(tx: Queryable): Promise<number> {
  const { rows } = await tx.query<{ n: number }>(
    `select (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as n from pg_stat_xact_user_tables
     where relname = 'shipments'`,
  );
  return rows[0]?.n ?? 0;
}

describe('searching', () => {
  let hub: TestTracking;
  beforeAll(async () => {
    hub = await startAcme();
  });
  afterAll(() => hub.close());

  const search = (text: string, more: object = {}, reach?: ListingReach) =>
    withTenant(hub.db.app, hub.tenant, (tx) =>
      listShipments(
        tx,
        {
          ...PLAIN,
          search: searchFor(text, {
            tenant: hub.tenant,
            people: hub.deps.people,
            numbersOf: () => [],
          }),
          ...more,
        },
        reach,
      ),
    );
  const find = async (text: string, more: object = {}) => (await search(text, more)).rows;

  it('pages in order through more matches than are looked up by id', async () => {
    await hub.db.pipeline.query(
      `insert into shipments (id, merchant_id, mode, shard, carrier, tracking_number, facts_from,
         sequence, created_at, updated_at, order_ids, tags, metadata)
       select gen_random_uuid(), $1, $2, 0, 'acme', 'MANY' || lpad(nr::text, 5, '0'), now(), 0,
         now() + nr * interval '1 second', now(), '{}', '{}', '{}'
       from generate_series(1, 2100) nr`,
      [hub.tenant.merchantId, hub.tenant.mode],
    );
    const first = await find('many');
    const after = first.at(-1)?.position ?? null;
    const next = await find('many', { after });
    expect([...first, ...next].map(({ shipment }) => shipment.trackingNumber)).toEqual(
      Array.from({ length: 10 }, (_, index) => `MANY${String(index + 1).padStart(5, '0')}`),
    );
    expect((await find('MANY0210')).length).toBe(1);
    expect(await find('many-none')).toEqual([]);
  });

  it('reads an index, not the table, though row security applies', async () => {
    await hub.db.owner.query('analyze shipment_terms');
    const plan = await withTenant(hub.db.app, hub.tenant, (tx) =>
      tx.query<{ 'QUERY PLAN': string }>(
        `explain select shipment_id from shipment_terms where term >= ':many00001' and term < ':many00002'`,
      ),
    );
    const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).toMatch(/shipment_terms_by_term/);
    expect(text).toMatch(/Index Cond: .*term >= /);
  });

  it('lists by order, tag, number and metadata without reading the others', async () => {
    await hub.register({
      carrier: 'acme',
      trackingNumber: 'RARE1',
      orderIds: ['Order 7'],
      tags: ['rare'],
      metadata: { shop: 'berlin', n: 42 },
    });
    await hub.db.owner.query('analyze shipments; analyze shipment_terms');
    const all = { search: null };
    const wanted = [
      { ...all, attributes: { order_id: 'Order 7' } },
      { ...all, attributes: { tag: 'rare' } },
      { ...all, trackingNumber: 'RARE1' },
      { ...all, metadata: [{ n: '42' }, { n: 42 }] },
      {
        ...all,
        metadata: [
          { shop: 'berlin', n: '42' },
          { shop: 'berlin', n: 42 },
        ],
        attributes: { tag: 'rare' },
      },
    ];
    for (const filter of wanted) {
      for (const sort of SHIPMENT_ORDERS) {
        const [found, read] = await counted({ ...filter, sort });
        expect([filter, found]).toEqual([filter, ['RARE1']]);
        expect(read).toBeLessThan(10);
      }
    }
    const none = [
      { ...all, attributes: { order_id: 'order 7' } },
      { ...all, attributes: { order_id: 'rare' } },
      { ...all, attributes: { tag: 'Order 7' } },
      { ...all, attributes: { tag: 'rare' }, metadata: [{ shop: 'hamburg' }] },
      { ...all, metadata: [{ shop: 'berlin', n: 43 }] },
    ];
    for (const filter of none) {
      const [found, read] = await counted(filter);
      expect([filter, found]).toEqual([filter, []]);
      expect(read).toBeLessThan(10);
    }
    // Without an index on the terms, all are read: the count shows it.
    const read = await withTenant(hub.db.app, hub.tenant, async (tx) => {
      const before = await rowsRead(tx);
      await tx.query(`select from shipments where order_ids @> '{Order 7}'`);
      return (await rowsRead(tx)) - before;
    });
    expect(read).toBeGreaterThan(2_000);
  });

  it('finds an order for the public without reading the others', async () => {
    await hub.db.owner.query(`update merchants set order_lookup = 'open'`);
    const read = await withTransaction(hub.db.pipeline, async (tx) => {
      const before = await rowsRead(tx);
      const found = await publicOrderParcels(tx, ['Order 7'], null);
      expect(found.map((each) => each.trackingNumber)).toEqual(['RARE1']);
      return (await rowsRead(tx)) - before;
    });
    expect(read).toBeLessThan(10);
  });

  it('lists several statuses in the order of the last change without reading the others', async () => {
    await hub.db.pipeline.query(
      `insert into shipments (id, merchant_id, mode, shard, carrier, tracking_number, facts_from,
         sequence, created_at, updated_at, order_ids, tags, metadata, status)
       select gen_random_uuid(), $1, $2, 0, 'acme', 'BUSY' || nr, now(), 0, now(),
         now() + nr * interval '1 second', '{}', '{}', '{}',
         (array['exception', 'failed_attempt', 'delivered'])[1 + nr % 3]
       from generate_series(1, 1500) nr`,
      [hub.tenant.merchantId, hub.tenant.mode],
    );
    await hub.db.owner.query('analyze shipments');
    const statuses = ['exception', 'failed_attempt'] as const;
    const first = { search: null, statuses, sort: 'updated_at' as const };
    const [found, read] = await counted(first);
    expect(found).toEqual(['BUSY1', 'BUSY3', 'BUSY4', 'BUSY6', 'BUSY7']);
    expect(read).toBeLessThan(20);
    const { rows } = await search('', first);
    const after = rows.at(-1)?.position ?? null;
    const [next, readNext] = await counted({ ...first, after });
    expect(next).toEqual(['BUSY9', 'BUSY10', 'BUSY12', 'BUSY13', 'BUSY15']);
    expect(readNext).toBeLessThan(20);
    const [last, readLast] = await counted({ ...first, sort: '-updated_at' as const });
    expect(last).toEqual(['BUSY1500', 'BUSY1498', 'BUSY1497', 'BUSY1495', 'BUSY1494']);
    expect(readLast).toBeLessThan(20);
  });

  it('lists a rare status in the order of creation without reading the others', async () => {
    await hub.db.pipeline.query(
      `insert into shipments (id, merchant_id, mode, shard, carrier, tracking_number, facts_from,
         sequence, created_at, updated_at, order_ids, tags, metadata, status)
       select gen_random_uuid(), $1, $2, 0, 'acme', 'RARE' || nr, now(), 0, now(), now(), '{}',
         case when nr = 6 then '{archived}'::text[] else '{}' end, '{}',
         case when nr in (3, 6) then 'out_for_delivery' else 'in_transit' end
       from generate_series(1, 1500) nr`,
      [hub.tenant.merchantId, hub.tenant.mode],
    );
    await hub.db.owner.query('vacuum analyze shipments');
    const first = { statuses: ['out_for_delivery'] as const, sort: 'created_at' as const };
    const [found, read] = await counted(first);
    expect(found.toSorted()).toEqual(['RARE3', 'RARE6']);
    expect(read).toBeLessThan(20);
    const [listed, readListed] = await counted({ ...first, isArchived: false });
    expect(listed).toEqual(['RARE3']);
    expect(readListed).toBeLessThan(20);
  });

  /** The numbers found, and how many rows of shipments were read for it. */
  const counted = (more: object) =>
    withTenant(hub.db.app, hub.tenant, async (tx) => {
      const before = await rowsRead(tx);
      const { rows: found } = await listShipments(tx, { ...PLAIN, ...more });
      const read = (await rowsRead(tx)) - before;
      return [found.map((each) => each.shipment.trackingNumber), read] as const;
    });

  it('finds people of shipments from an earlier version after maintenance has run', async () => {
    const personal = { recipient: { email: 'old@example.com' }, origin: null, destination: null };
    const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'OLD1', personal });
    const { shipment: bare } = await hub.register({
      carrier: 'acme',
      trackingNumber: 'OLD2',
      personal: { recipient: { locale: 'de' }, origin: null, destination: null },
    });
    const { shipment: archived } = await hub.register({
      carrier: 'acme',
      trackingNumber: 'OLD3',
      tags: ['archived'],
      orderIds: ['Ordered early'],
      personal,
    });
    const ids = [shipment.id, bare.id, archived.id];
    await hub.db.pipeline.query('update shipments set indexed = not id = any($1)', [ids]);
    await hub.db.pipeline.query('delete from shipment_people');
    await hub.db.pipeline.query('delete from shipment_terms where shipment_id = any($1)', [ids]);
    const foundBy = async (q: string) => (await find(q)).map((each) => each.shipment.id);
    expect(await foundBy('old@example.com')).toEqual([]);
    // As if it was stopped after a batch.
    expect(await indexEarlierShipments(hub.deps, 2)).toBe(2);
    expect(await indexEarlierShipments(hub.deps, 10)).toBe(1);
    expect(await foundBy('old@example.com')).toEqual([shipment.id]);
    expect(await foundBy('early')).toEqual([archived.id]);
    expect(await indexEarlierShipments(hub.deps, 10)).toBe(0);
  });

  it('forgets people whose parcel is archived, and finds them when it is restored', async () => {
    const personal = { recipient: { name: 'Petra Former' }, origin: null, destination: null };
    const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: 'TAG1', personal });
    const tag = (tags: readonly string[]) =>
      patchShipment(hub.deps, hub.tenant, shipment.id, { tags });
    const rowsOf = async () => {
      const { rows } = await hub.db.pipeline.query<{ n: number }>(
        'select count(*)::int as n from shipment_people where shipment_id = $1',
        [shipment.id],
      );
      return rows[0]?.n;
    };
    const isFound = async (q: string) => (await find(q)).length === 1;
    expect([await isFound('petra'), await rowsOf()]).toEqual([true, 1]);
    await tag(['other', 'archived']);
    expect([await isFound('petra'), await isFound('TAG1'), await rowsOf()]).toEqual([
      ...[false, true, 0],
    ]);
    // Not by a change of the recipient, either.
    const other = { recipient: { name: 'Petra Changed' } };
    await patchShipment(hub.deps, hub.tenant, shipment.id, { personal: other });
    expect([await isFound('petra'), await rowsOf()]).toEqual([false, 0]);
    await tag(['other']);
    expect([await isFound('petra changed'), await isFound('petra former')]).toEqual([true, false]);
    await deleteShipment(hub.deps, hub.tenant, shipment.id);
    expect(await rowsOf()).toBe(0);
  });

  it('finds words of an order, a reference or a tag, and a number by its end', async () => {
    const { shipment } = await hub.register({
      carrier: 'acme',
      trackingNumber: 'END0047119',
      orderIds: ['WEB-2026/88771'],
      tags: ['call back'],
      metadata: { reference: 'Fair booth 12b' },
      personal: { recipient: { name: 'Ute Ende' }, origin: null, destination: null },
    });
    const ways = [
      ...['web-2026', '88771', 'back', 'call ba', 'booth', '12b', '7119', '0047119'],
      ...['ende 88771', 'ute web', 'Ende 7119', 'booth ute 12', 'fair ende u'],
    ];
    for (const q of ways) {
      expect([q, (await find(q)).map((each) => each.shipment.id)]).toEqual([q, [shipment.id]]);
    }
    for (const q of ['8771', 'ack', '119', '4711', 'ende 4711', 'ute fairy']) {
      expect([q, await find(q)]).toEqual([q, []]);
    }
  });

  it('reads the index of people, though row security applies', async () => {
    await hub.db.owner.query('analyze shipment_people');
    const read = await withTenant(hub.db.app, hub.tenant, async (tx) => {
      const scans = async () => {
        const { rows } = await tx.query<{ n: number; whole: number }>(
          `select seq_scan::int as whole, idx_scan::int as n from pg_stat_xact_user_tables
           where relname = 'shipment_people'`,
        );
        return rows[0] ?? { n: 0, whole: 0 };
      };
      const before = await scans();
      await tx.query(`select waybill_shipments_of_people('{1,2}', 10)`);
      const after = await scans();
      return [after.n - before.n, after.whole - before.whole];
    });
    expect(read).toEqual([1, 0]);
    const all = await withTenant(hub.db.app, hub.tenant, (tx) =>
      tx.query(`select waybill_shipments_of_people('{}', 10)`),
    );
    expect(all.rowCount).toBe(0);
  });
});

describe('pages of a list', () => {
  let hub: TestTracking;
  const STATUSES = ['created', 'in_transit', 'delivered'] as const;
  const TAGS = ['a', 'archived', 'c'] as const;
  const CREATED_MS = Date.parse('2026-03-01T00:00:00Z');
  const UPDATED_MS = Date.parse('2026-03-02T00:00:00Z');
  const NAMES = ['Anna Quist', 'Annabella Stone', 'Quist Maria', 'Xpert Anna', 'Li Stone'];
  /** Some changed at the same moment, and some share their first letters. */
  const rows = Array.from({ length: 40 }, (_, index) => ({
    id: crypto.randomUUID(),
    number: `${'XYZ'[index % 3]}${'PQ'[index % 2]}${index}`,
    name: NAMES[(index * 3) % 5] ?? '',
    carrier: index % 5 === 0 ? 'dash' : 'acme',
    status: STATUSES[(index * 7) % 3] ?? 'created',
    tags: TAGS.slice(0, (index * 5) % 4),
    created: `2026-03-01T00:00:${String(index % 17).padStart(2, '0')}Z`,
    updated: `2026-03-02T00:00:${String((index * 11) % 13).padStart(2, '0')}Z`,
    // No later than the last change; some others were delivered before they went back.
    delivered:
      STATUSES[(index * 7) % 3] === 'delivered' || index % 7 === 0
        ? `2026-03-02T00:00:${String(((index * 11) % 13) % (1 + (index % 9))).padStart(2, '0')}Z`
        : null,
    due: index % 4 === 0 ? null : `2026-03-0${1 + ((index * 5) % 7)}`,
  }));
  beforeAll(async () => {
    hub = await startAcme();
    await hub.db.pipeline.query(
      `insert into shipments (id, merchant_id, mode, shard, carrier, tracking_number, facts_from,
         sequence, created_at, updated_at, order_ids, tags, metadata, status, due_on,
         delivered_at)
       select id, $1, $2, 0, carrier, number, created, 0, created, updated, '{}', tags, '{}', status,
         due, delivered
       from jsonb_to_recordset($3::jsonb) as r(id uuid, number text, carrier text, status text,
         tags text[], created timestamptz, updated timestamptz, due date,
         delivered timestamptz)`,
      [hub.tenant.merchantId, hub.tenant.mode, JSON.stringify(rows)],
    );
    await indexPeople(
      hub.db.pipeline,
      rows.map(({ id, name }) => ({
        id,
        sealedPersonal: {
          ...{ content: Buffer.of(), dataKey: Buffer.of() },
          hashes: hub.deps.people?.of(hub.tenant, { recipient: { name }, destination: null }) ?? [],
        },
      })),
    );
  });
  afterAll(() => hub.close());

  const drawn = fc.record({
    q: fc.constantFrom(
      ...[null, 'x', 'xp', 'yq', 'z', 'zp1', 'none', 'anna', 'annab', 'xpe', 'li', 'sto'],
      ...['anna quist', 'quist a', 'x anna', 'ston xp', 'li sto', 'anna none', 'xp qui maria'],
    ),
    statuses: fc.option(
      fc.uniqueArray(fc.constantFrom(...STATUSES, 'cancelled' as const), { minLength: 1 }),
    ),
    carriers: fc.constantFrom(null, ['acme'], ['dash'], ['nobody'], ['acme', 'dash']),
    isArchived: fc.constantFrom(null, true, false),
    tag: fc.constantFrom(null, ...TAGS),
    createdSinceMs: fc.constantFrom(
      null,
      ...[0, 6, 13].map((second) => CREATED_MS + second * 1_000),
    ),
    deliveredSinceMs: fc.constantFrom(
      null,
      ...[0, 2, 5].map((second) => UPDATED_MS + second * 1_000),
    ),
    sort: fc.constantFrom(...SHIPMENT_ORDERS, 'due_on' as const, '-due_on' as const),
    limit: fc.integer({ min: 1, max: 9 }),
    reach: fc.record({
      foundMax: fc.constantFrom(0, 3, 12, 100),
      readAtOnce: fc.constantFrom(1, 2, 7, 40, 41),
      searchedAtOnce: fc.constantFrom(1, 3, 40, 41),
    }),
  });

  it('contain all matches, each once and in order, with any reading limit', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, async ({ q, sort, limit, reach, ...filter }) => {
        const searching = { tenant: hub.tenant, people: hub.deps.people, numbersOf: () => [] };
        const { tag, ...others } = filter;
        const attributes = tag === null ? {} : { tag };
        const listing = { ...PLAIN, ...others, attributes, sort, limit };
        const numbers: string[] = [];
        let after: ShipmentPosition | null = null;
        for (let pages = 0; pages < 100; pages += 1) {
          const search = q === null ? null : searchFor(q, searching);
          const page = await withTenant(hub.db.app, hub.tenant, (tx) =>
            listShipments(tx, { ...listing, search, after }, reach),
          );
          expect(page.rows.length).toBeLessThanOrEqual(limit);
          numbers.push(...page.rows.map(({ shipment }) => shipment.trackingNumber));
          after =
            page.readTo ?? (page.rows.length === limit ? page.rows.at(-1)?.position : null) ?? null;
          if (after === null) break;
        }
        expect(numbers).toEqual(expected({ q, sort, ...filter }));
      }),
      { numRuns: runs(60, 20) },
    );
  });

  it('say where they stopped when few of many match, and only then', async () => {
    // Ten of forty.
    const listing = { ...PLAIN, attributes: { tag: 'c' }, limit: 20 };
    const read = (reach: ListingReach) =>
      withTenant(hub.db.app, hub.tenant, (tx) => listShipments(tx, listing, reach));
    expect((await read({ foundMax: 0, readAtOnce: 2, searchedAtOnce: 1 })).readTo).not.toBeNull();
    expect((await read({ foundMax: 0, readAtOnce: 41, searchedAtOnce: 1 })).readTo).toBeNull();
    expect((await read({ foundMax: 100, readAtOnce: 1, searchedAtOnce: 1 })).readTo).toBeNull();
  });

  it('are as many as are counted', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, async ({ q: _, sort: __, limit: ___, reach, tag, ...filter }) => {
        const attributes = tag === null ? {} : { tag };
        const selection = { ...PLAIN, ...filter, attributes };
        const { count, isExact } = await withTenant(hub.db.app, hub.tenant, (tx) =>
          countShipments(tx, selection, 30, reach),
        );
        const found = expected({ q: null, sort: 'updated_at', tag, ...filter }).length;
        if (isExact) expect(count).toBe(found);
        else expect(count).toBeLessThanOrEqual(found);
      }),
      { numRuns: runs(60, 20) },
    );
  });

  type Wanted = Pick<ShipmentListing, 'statuses' | 'carriers' | 'isArchived' | 'sort'> &
    Pick<ShipmentListing, 'createdSinceMs' | 'deliveredSinceMs'> & { readonly tag: string | null };

  function isMatch(row: (typeof rows)[number], words: readonly string[]): boolean {
    const counting = words.filter(
      (each, at) => at === 0 || at < words.length - 1 || each.length > 2,
    );
    return counting.every(
      (word) =>
        [row.number, ...row.tags].some((text) => text.toLowerCase().startsWith(word)) ||
        // People of archived parcels are not found.
        (row.tags.includes('archived') ? '' : row.name)
          .toLowerCase()
          .split(' ')
          .some((own) => (word.length < 3 ? own === word : own.startsWith(word))),
    );
  }

  /** Returns the expected result, computed as simply as possible. */
  function expected({
    q,
    statuses,
    carriers,
    isArchived,
    tag,
    createdSinceMs,
    deliveredSinceMs,
    sort,
  }: Wanted & { readonly q: string | null }) {
    const isDown = sort.startsWith('-');
    const keyOf = ({ id, created, updated, due }: (typeof rows)[number]) => {
      const at = { created_at: created, updated_at: updated, due_on: due };
      return `${at[sort.replace('-', '') as keyof typeof at]} ${id}`;
    };
    const sorted = rows
      .filter(
        (row) =>
          (!sort.endsWith('due_on') || row.due !== null) &&
          (q === null || isMatch(row, q.split(' '))) &&
          (statuses === null || statuses.includes(row.status)) &&
          (createdSinceMs == null || Date.parse(row.created) >= createdSinceMs) &&
          (deliveredSinceMs == null ||
            (row.status === 'delivered' && Date.parse(row.delivered ?? '') >= deliveredSinceMs)) &&
          (carriers === null || carriers.includes(row.carrier)) &&
          (isArchived == null || row.tags.includes('archived') === isArchived) &&
          (tag === null || row.tags.some((each) => each === tag)),
      )
      .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
      .map(({ number }) => number);
    return isDown ? sorted.reverse() : sorted;
  }
});
