import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeskRow } from '../../src/http/console/kit/desk-row.ts';
import { DESK } from '../../src/http/console/kit/table.ts';
import { openTestDesk } from '../../src/http/console/kit/test-desk.ts';
import { type Caller, callerOf } from '../../src/http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import { API_OPERATIONS, OPERATIONS } from '../../src/http/testing/test-operations.ts';
import type { Tenant } from '../../src/kernel/tenant.ts';
import { inTurn } from '../../src/kernel/test-runs.ts';
import { uuidOfWireId, wireId } from '../../src/kernel/wire/wire-ids.ts';
import { withTenant } from '../../src/platform/database/database.ts';
import { fillTables, type Table, tablesOf } from '../support/hubs/tenant-tables.ts';

/**
 * No tenant sees, changes, forges or infers another's data. Every query here runs as the app's
 * own role with its filters removed: what stops it is row-level security alone. The tables are
 * those the database itself lists, so a new one is covered, or fails, on the day it is made.
 */
let hub: TestHub;
let tables: readonly Table[];
const tenants: { readonly tenant: Tenant; readonly call: Caller; readonly ids: AllIds }[] = [];

interface Ids {
  readonly shipments: string;
  readonly 'api-keys': string;
  readonly 'carrier-accounts': string;
  readonly facilities: string;
  readonly couriers: string;
  readonly courier: string;
  readonly deliveries: string;
}
type AllIds = Ids & Record<keyof typeof ROWS, string> & { readonly 'identity-providers': string };

beforeAll(async () => {
  hub = await createTestHub();
  const things: { readonly tenant: Tenant; readonly call: Caller; readonly ids: Ids }[] = [];
  for (const merchant of ['one', 'two']) {
    for (const mode of ['test', 'live'] as const) {
      const { text, tenant } = await hub.newKey({ merchant, mode });
      const call = callerOf(hub, text);
      things.push({ tenant, call, ids: await makeThings(call) });
    }
  }
  tables = await tablesOf(hub.db.owner);
  for (const { tenant, call, ids } of things) {
    await fillTables(hub.db.pipeline, tables, tenant, ids);
    const provider = { 'identity-providers': await providerOf(tenant) };
    tenants.push({ tenant, call, ids: { ...ids, ...(await idsOfRows(tenant)), ...provider } });
  }
});
afterAll(() => hub.close());

/** Rows that tests fill, where something of the API goes by their ids. */
const ROWS = {
  exceptions: 'exception_cases',
  claims: 'claims',
  'webhook-endpoints': 'webhook_endpoints',
  'notification-channels': 'notification_channels',
  notifications: 'notifications',
  drops: 'drops',
  scanners: 'scanners',
  evidence_id: 'case_evidence',
  delivery_request_id: 'delivery_requests',
  delivery_id: 'webhook_deliveries',
  shops: 'shops',
  proof_id: 'proofs',
  device_id: 'courier_devices',
  shift_id: 'courier_shifts',
} as const;

/** The prefixes of those whose ids are no bare UUIDs. */
const WIRED: Readonly<Record<string, 'device' | 'shift'>> = {
  device_id: 'device',
  shift_id: 'shift',
};

async function idsOfRows({ merchantId, mode }: Tenant) {
  const found = Object.entries(ROWS).map(async ([kind, table]) => {
    const { rows } = await hub.db.pipeline.query<{ id: string }>(
      `select id from ${table} where merchant_id = $1 and mode = $2`,
      [merchantId, mode],
    );
    const id = rows[0]?.id ?? `no row of ${table}`;
    const wired = WIRED[kind];
    return [kind, wired === undefined ? id : wireId(wired, id)] as const;
  });
  return Object.fromEntries(await Promise.all(found)) as Record<keyof typeof ROWS, string>;
}

/** Of the merchant, in both modes. */
const OF_MERCHANTS: ReadonlySet<string> = new Set(['identity-providers']);

async function providerOf({ merchantId }: Tenant): Promise<string> {
  const { rows } = await hub.db.pipeline.query<{ id: string }>(
    `insert into identity_providers (id, merchant_id, name, issuer, created_at, changed_at)
     values ($1, $1, 'Same', 'https://same.example', now(), now())
     on conflict (merchant_id, issuer) do update set name = excluded.name returning id`,
    [merchantId],
  );
  return rows[0]?.id ?? '';
}

async function makeThings(call: Caller): Promise<Ids> {
  const carrier = hub.adapters.carriers().find(({ webhook }) => webhook)?.manifest.name;
  // The same number and the same order for everyone: nothing tells them apart but the tenant.
  const shipment = await call('POST', '/shipments', {
    carrier,
    tracking_number: '123456789012',
    order_id: 'same-order',
    metadata: { same: 'same' },
    tags: ['same'],
  });
  const key = await call('POST', '/api-keys', { name: 'k' }, { 'idempotency-key': 'same-key' });
  const account = await call('POST', '/carrier-accounts', {
    carrier,
    label: 'a',
    webhook_secrets: ['a-test-secret'],
  });
  const facility = await call('POST', '/facilities', { carrier, code: 'same-code' });
  const courier = await call('POST', '/couriers', { name: 'Same Name', vehicle: 'van' });
  expect([shipment, key, account, facility, courier].map(({ status }) => status)).toEqual(
    Array.from({ length: 5 }, () => 201),
  );
  return {
    shipments: String(shipment.body['id']),
    'api-keys': String(key.body['id']),
    'carrier-accounts': String(account.body['id']),
    facilities: String(facility.body['id']),
    couriers: String(courier.body['id']),
    courier: uuidOfWireId('courier', String(courier.body['id'])) ?? '',
    // A row of tests makes one of the shipment.
    deliveries: wireId('delivery', String(shipment.body['id'])),
  };
}

/** What a statement does for the app's role: how many rows, or that it may not. */
async function outcome(run: () => Promise<{ rowCount: number | null }>): Promise<number | string> {
  try {
    return (await run()).rowCount ?? 0;
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';

describe('every table', () => {
  it('has row-level security, forced on its owner too', () => {
    // COPY takes no row security: a partition that it writes to is closed to the app altogether.
    const open = tables.filter(
      ({ secured, forced, isPartition, forApp }) =>
        (!secured || !forced) && !(isPartition && forApp === 'closed'),
    );
    expect(open.map(({ name }) => name)).toEqual([]);
    expect(tables.length).toBeGreaterThan(15);
  });

  it('that knows a merchant is protected by the tenant, or closed to the app altogether', () => {
    for (const { name, columns, forApp } of tables) {
      if (!columns.has('merchant_id')) continue;
      expect([name, forApp === 'tenant' || forApp === 'closed']).toEqual([name, true]);
    }
  });

  it('shows the app nothing when no tenant is set', async () => {
    for (const { name, forApp } of tables) {
      const results = await outcome(() => hub.db.app.query(`select * from ${name}`));
      expect([name, results]).toEqual([name, forApp === 'closed' ? INSUFFICIENT_PRIVILEGE : 0]);
    }
  });

  it('shows a tenant its own rows and only these, though every tenant has some', async () => {
    for (const { name } of tables.filter(({ forApp }) => forApp === 'tenant')) {
      const all = await hub.db.pipeline.query(
        name === 'merchants'
          ? 'select count(*)::int as n from merchants'
          : `select count(distinct (merchant_id, mode))::int as n from ${name}`,
      );
      expect([name, all.rows[0].n]).toEqual([name, name === 'merchants' ? 2 : tenants.length]);
      for (const { tenant } of tenants) {
        const { rows } = await withTenant(hub.db.app, tenant, (tx) =>
          tx.query(`select * from ${name}`),
        );
        expect(rows.length).toBeGreaterThan(0);
        for (const row of rows) {
          const whose = name === 'merchants' ? [row.id] : [row.merchant_id, row.mode];
          const mine =
            name === 'merchants' ? [tenant.merchantId] : [tenant.merchantId, tenant.mode];
          expect([name, ...whose]).toEqual([name, ...mine]);
        }
      }
    }
  });

  it('lets a tenant change, take over or drop nothing of another', async () => {
    const [mine, ...others] = tenants;
    if (mine === undefined) throw new Error('there are tenants');
    const own = tables.filter((t) => t.forApp === 'tenant' && t.name !== 'merchants');
    for (const [place, { name }] of own.entries()) {
      // The same merchant's other mode, and the other merchant's two, each have their turn.
      for (const { tenant: other } of inTurn(others, place, 3)) {
        const whose = `merchant_id = '${other.merchantId}' and mode = '${other.mode}'`;
        for (const statement of [
          `delete from ${name} where ${whose}`,
          `update ${name} set mode = mode where ${whose}`,
        ]) {
          const done = await outcome(() =>
            withTenant(hub.db.app, mine.tenant, (tx) => tx.query(statement)),
          );
          // Where the app may only read, it is refused before a row is looked for.
          expect([statement, [0, INSUFFICIENT_PRIVILEGE].includes(done)]).toEqual([
            statement,
            true,
          ]);
        }
        const give = `update ${name} set merchant_id = '${other.merchantId}', mode = '${other.mode}'`;
        const given = await outcome(() =>
          withTenant(hub.db.app, mine.tenant, (tx) => tx.query(give)),
        );
        expect([give, given]).toEqual([give, INSUFFICIENT_PRIVILEGE]);
      }
    }
  });

  it('is closed to strangers but for what is public', async () => {
    for (const { name } of tables) {
      const results = await outcome(() => hub.db.publicRead.query(`select * from ${name} limit 0`));
      const expected = name === 'public_tracks' ? 0 : INSUFFICIENT_PRIVILEGE;
      expect([name, results]).toEqual([name, expected]);
    }
  });
});

describe('the app’s own role', () => {
  it('owns nothing, bypasses nothing and is not a superuser', async () => {
    const { rows } = await hub.db.app.query(
      `select current_user as name, r.rolsuper, r.rolbypassrls,
              (select count(*)::int from pg_class c where c.relowner = r.oid) as owns
       from pg_roles r where r.rolname = current_user`,
    );
    expect(rows).toEqual([{ name: 'waybill_app', rolsuper: false, rolbypassrls: false, owns: 0 }]);
  });

  it('forgets the tenant with the transaction, on the very same connection', async () => {
    const client = await hub.db.app.connect();
    try {
      const [first] = tenants;
      await client.query('begin');
      await client.query(`set local waybill.merchant_id = '${first?.tenant.merchantId}'`);
      await client.query(`set local waybill.mode = '${first?.tenant.mode}'`);
      expect((await client.query('select * from shipments')).rowCount).toBe(1);
      await client.query('commit');
      expect((await client.query('select * from shipments')).rowCount).toBe(0);
    } finally {
      client.release(true);
    }
  });
});

describe('over HTTP', () => {
  const PROOF_FORM =
    '--b\r\nContent-Disposition: form-data; name="received_by"\r\n\r\nKim\r\n--b--\r\n';
  /** Of what is sent as something else than JSON. */
  const FORMATS: Readonly<Record<string, string>> = {
    evidence: 'application/pdf',
    proof: 'multipart/form-data; boundary=b',
  };
  const BODIES: Readonly<Record<string, unknown>> = {
    'PATCH shipments': { tags: ['theirs'] },
    'PATCH carrier-accounts': { label: 'theirs' },
    'PATCH facilities': { name: 'theirs' },
    'POST shipments': { status: 'picked_up' },
    'POST shipments redirect': { to: { kind: 'return' } },
    'POST exceptions return-shipment': { tracking_number: '123456789012' },
    'POST exceptions replacement-shipment': { tracking_number: '123456789012' },
    'POST exceptions refunds': { amount: { minor: 100, currency: 'EUR' } },
    'POST exceptions evidence': '%PDF-1.4',
    'PATCH claims': { reason: 'damaged' },
    'PATCH webhook-endpoints': { description: 'theirs' },
    'PATCH identity-providers': { name: 'theirs' },
    'PATCH shops': { status: 'paused' },
    'PATCH notification-channels': { label: 'theirs' },
    'POST shipments links': {},
    'POST shipments proof': PROOF_FORM,
    'POST deliveries proof': PROOF_FORM,
    'PUT couriers route': { parcels: [] },
  };

  it('another tenant’s ids are not there, on any path, and neither are a live key’s for its test key', async () => {
    const examples = new Map(
      OPERATIONS.map(({ method, path, example }) => [`${method} ${path}`, example]),
    );
    const paths = hub.routes.filter(({ path }) => /^\/[a-z-]+\/:id/.test(path));
    expect(paths.length).toBeGreaterThanOrEqual(7);
    for (const [place, { method, path }] of paths.entries()) {
      const [kind, , verb] = path.split('/').slice(1) as [keyof AllIds, string, string?];
      const body =
        BODIES[`${method} ${kind} ${verb}`] ??
        BODIES[`${method} ${kind}`] ??
        examples.get(`${method} ${path}`) ??
        (method === 'GET' || method === 'DELETE' ? undefined : {});
      for (const owner of tenants) {
        const inner = (name: string) => owner.ids[name as keyof AllIds];
        const target = path
          .replace(':id', owner.ids[kind])
          .replace(/:([a-z]+_id)/, (_, name: string) => inner(name));
        expect(target).not.toContain('undefined');
        const strangers = tenants.filter(
          ({ tenant }) =>
            tenant !== owner.tenant &&
            !(OF_MERCHANTS.has(kind) && tenant.merchantId === owner.tenant.merchantId),
        );
        // Of a merchant's own test and live keys, and of the other merchant's, each has its turn.
        for (const { call } of inTurn(strangers, place + tenants.indexOf(owner), 3)) {
          const type = method === 'POST' ? FORMATS[verb ?? ''] : undefined;
          const headers = type === undefined ? {} : { 'content-type': type };
          const answer = await call(method, target, body, headers);
          expect([method, target, answer.status]).toEqual([method, target, 404]);
        }
      }
    }
  }, 180_000);

  it('a member of another merchant finds no page and no form about one thing', async () => {
    const desk = await openTestDesk(hub, hub.members);
    const owners: readonly [RegExp, keyof AllIds][] = [
      [/^\/console\/shops\/:id$/, 'shops'],
      [/^\/console\/shipments\/:id$/, 'shipments'],
      [/^\/console\/webhooks\/:id$/, 'webhook-endpoints'],
      [/^\/console\/exceptions\/:id$/, 'exceptions'],
    ];
    for (const [pattern, kind] of owners) {
      const rows = Object.values<DeskRow>(DESK).filter(({ path }) => pattern.test(path));
      expect([kind, rows.length > 0]).toEqual([kind, true]);
      for (const { method, path } of rows) {
        for (const { ids } of inTurn(tenants, path.length, 2)) {
          const form = method === 'POST' ? { do: 'remove' } : undefined;
          const answer = await desk.visit(path.replace(':id', ids[kind]), desk.owner, form);
          expect([method, path, answer.status]).toEqual([method, path, 404]);
        }
      }
    }
    const { text } = await desk.visit('/console/shops', desk.owner);
    for (const { ids } of tenants) expect(text).not.toContain(ids.shops);
  });

  it('lists and filters find a tenant’s own things only', async () => {
    for (const { call, ids } of tenants) {
      for (const filter of ['', '?order_id=same-order', '?tag=same', '?metadata[same]=same']) {
        const { body } = await call('GET', `/shipments${filter}`);
        const found = (body['data'] as { id: string }[]).map(({ id }) => id);
        expect(found).toEqual([ids.shipments]);
      }
      for (const kind of ['api-keys', 'carrier-accounts', 'facilities'] as const) {
        const { text } = await call('GET', `/${kind}`);
        for (const other of tenants) {
          expect(text.includes(other.ids[kind])).toBe(other.ids === ids);
        }
      }
    }
  });

  it('no merchant’s key, with all its scopes, sees or does anything of operators', async () => {
    const operations = OPERATIONS.filter(({ scope }) => scope?.startsWith('ops:'));
    expect(operations.length).toBeGreaterThan(15);
    for (const operation of operations) {
      const { method } = operation;
      const path = operation.path.replaceAll(/:[a-z_]+/g, 'x');
      const body = method === 'GET' || method === 'DELETE' ? undefined : {};
      for (const { call } of inTurn(tenants, operations.indexOf(operation), 2)) {
        if (API_OPERATIONS.includes(operation)) {
          const { status, text } = await call(method, `/v1${path}`, body);
          expect([method, path, status]).toEqual([method, path, 403]);
          expect(text).not.toContain('"data"');
        }
        // The console sends whoever has no session to its sign-in, or refuses.
        const page = await call(method, path, body);
        expect(page.status, `${method} ${path}`).toBeGreaterThanOrEqual(303);
        expect(page.text).not.toContain('"data"');
      }
    }
  });

  it('a merchant’s rules for codes are read and changed by itself alone', async () => {
    const carrier = hub.adapters.carriers()[0]?.manifest.name ?? '';
    const path = `/v1/mapping-overlays/${carrier}`;
    const [one, , two] = tenants;
    if (one === undefined || two === undefined) throw new Error('there are tenants');
    const text = `carrier: ${carrier}\nrules: []\n`;
    expect((await one.call('PUT', path, { text })).status).toBe(200);
    expect((await two.call('GET', path)).status).toBe(404);
    expect((await two.call('DELETE', path)).status).toBe(404);
    expect((await one.call('GET', path)).body['text']).toBe(text);
  });

  it('a cursor of one tenant is refused to another', async () => {
    const [one, two] = tenants;
    if (one === undefined || two === undefined) throw new Error('there are tenants');
    const carrier = hub.adapters.carriers()[0]?.manifest.name;
    await one.call('POST', '/shipments', { carrier, tracking_number: '999' });
    const page = await one.call('GET', '/shipments?limit=1');
    const answer = await two.call('GET', `/shipments?cursor=${page.body['next_cursor']}`);
    expect(answer.status).toBe(422);
    expect(answer.body['errors']).toMatchObject([{ pointer: '?cursor' }]);
  });
});
