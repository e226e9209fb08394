import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFacilities, openFacilitiesInMemory } from '../../../intake/index.ts';
import { cpuMsSince } from '../../../kernel/test-runs.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { ALL_OBSERVATIONS } from '../../../tracking/test-observations.ts';
import { type Answered, type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { facility, facilityImport, facilityPage } from './schema.ts';

let hub: TestHub;
let call: Caller;
let other: Caller;
let live: Caller;
let carrier: string;
let sharedId: string;

beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
  live = callerOf(hub, (await hub.newKey({ mode: 'live' })).text);
  carrier = hub.adapters.carriers()[0]?.manifest.name ?? '';
  const facilities = createFacilities({ db: hub.db, clock: hub.clock, randomBytes: systemRandom });
  const made = await facilities.create(null, {
    carrier,
    code: 'S1',
    name: 'Shared hub',
    type: 'hub',
    city: null,
    region: null,
    postalCode: null,
    country: 'DE',
    lat: null,
    lng: null,
    timeZone: null,
    aliases: [],
  });
  sharedId = made.kind === 'created' ? made.facility.id : '';
});
afterAll(() => hub.close());

const MEMPHIS = {
  code: 'M1',
  name: 'Memphis Hub',
  type: 'hub',
  city: 'Memphis',
  region: 'TN',
  country: 'US',
  lat: 35.05,
  lng: -89.97,
  time_zone: 'America/Chicago',
  aliases: ['Memphis Superhub'],
};

const csv = (text: string, query = '', by = call, headers = {}) =>
  by('POST', `/facilities/import${query}`, text, { 'content-type': 'text/csv', ...headers });
const errorsOf = ({ body }: Answered) => (body['errors'] ?? []) as Record<string, string>[];
const dataOf = ({ body }: Answered) => (body['data'] ?? []) as Record<string, unknown>[];

describe('a merchant’s own facility', () => {
  it('is added, read, changed and removed, in the documented format', async () => {
    const made = await call('POST', '/v1/facilities', { carrier, ...MEMPHIS });
    expect(made.status).toBe(201);
    facility.parse(made.body);
    expect(made.body).toMatchObject({ ...MEMPHIS, carrier, scope: 'merchant', source: 'api' });
    const path = `/facilities/${made.body['id']}`;
    expect((await call('GET', path)).body).toEqual(made.body);
    const changed = await call('PATCH', path, { time_zone: null, lat: null, lng: null });
    expect(changed.body).toMatchObject({ time_zone: null, lat: null, name: 'Memphis Hub' });
    expect((await call('PATCH', path, { postal_code: '38118' })).body).toMatchObject({
      time_zone: 'America/Chicago',
    });
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
    expect((await call('DELETE', path)).status).toBe(404);
  });

  it('is visible to neither another merchant nor the other mode', async () => {
    const { body } = await call('POST', '/facilities', { ...MEMPHIS, code: 'Mine' });
    const path = `/facilities/${body['id']}`;
    for (const stranger of [other, live]) {
      expect((await stranger('GET', path)).status).toBe(404);
      expect((await stranger('PATCH', path, { name: 'x' })).status).toBe(404);
      expect((await stranger('DELETE', path)).status).toBe(404);
      expect(dataOf(await stranger('GET', '/facilities')).map(({ id }) => id)).toEqual([sharedId]);
    }
    expect((await call('GET', path)).status).toBe(200);
  });

  it('exists once: the same code again is a conflict that names the first', async () => {
    const first = await call('POST', '/facilities', { ...MEMPHIS, code: 'Twice' });
    const again = await call('POST', '/facilities', { ...MEMPHIS, code: 'TWICE' });
    expect(again.status).toBe(409);
    expect(again.body['detail']).toContain(first.body['id']);
  });

  it('sent twice under one Idempotency-Key is added once', async () => {
    const key = { 'idempotency-key': crypto.randomUUID() };
    const first = await call('POST', '/facilities', { ...MEMPHIS, code: 'Idem' }, key);
    const again = await call('POST', '/facilities', { ...MEMPHIS, code: 'Idem' }, key);
    expect([again.status, again.body['id']]).toEqual([201, first.body['id']]);
  });
});

describe('the installation’s', () => {
  it('is readable by all, without figures, and no merchant can change it', async () => {
    const path = `/facilities/${sharedId}`;
    const read = await other('GET', path);
    facility.parse(read.body);
    expect(read.body).toMatchObject({ scope: 'deployment', time_zone: 'Europe/Berlin' });
    expect(read.text).not.toMatch(/parcels|seen/);
    for (const answer of [
      await call('PATCH', path, { name: 'Mine now' }),
      await call('DELETE', path),
    ]) {
      expect(answer.status).toBe(403);
      expect(answer.body['detail']).toContain('Add your own');
    }
  });
});

describe('an invalid facility is rejected, with member and fix', () => {
  it.each([
    [{ time_zone: 'America/Memphis' }, '/time_zone', /IANA/],
    [{ time_zone: 'Europe/Berlin' }, '/time_zone', /America\/Chicago/],
    [{ code: '—' }, '/code', /reports/],
    [{ code: '' }, '/code', /at least/],
    [{ code: undefined }, '/code', /text/],
    [{ type: 'shed' }, '/type', /sort_center/],
    [{ country: 'us' }, '/country', /ISO 3166/],
    [{ country: 'ZZ' }, '/country', /ISO 3166/],
    [{ lat: 100 }, '/lat', /90/],
    [{ lng: null }, '/lng', /both/],
    [{ carrier: 'nobody' }, '/carrier', /Send one of/],
    [{ aliases: Array.from({ length: 21 }, (_, index) => `a${index}`) }, '/aliases', /20/],
    [{ merchant_id: 'x' }, '/merchant_id', /remove it/],
  ])('%o', async (fields, pointer, fix) => {
    const answer = await call('POST', '/facilities', { ...MEMPHIS, code: 'Bad', ...fields });
    expect(answer.status).toBe(422);
    expect(errorsOf(answer)).toMatchObject([{ pointer, fix: expect.stringMatching(fix) }]);
  });

  it('a key without the scope can read or write nothing', async () => {
    const reader = callerOf(hub, (await hub.newKey({ scopes: ['accounts:read'] })).text);
    expect((await reader('GET', '/facilities')).status).toBe(200);
    expect((await reader('POST', '/facilities', MEMPHIS)).status).toBe(403);
    expect((await csv('code\nA\n', '', reader)).status).toBe(403);
    const parcels = callerOf(hub, (await hub.newKey({ scopes: ['shipments:write'] })).text);
    expect((await parcels('GET', '/facilities')).status).toBe(403);
  });
});

describe('a CSV file', () => {
  const FILE = 'code;name;city;country\nF1;First;Köln;Germany\nF2;Second;Bonn;DE\n';

  it('can be validated in a dry run, stored, and stored again without change', async () => {
    const tried = await csv(FILE, `?carrier=${carrier}&dry_run=true`);
    expect(tried.status).toBe(200);
    facilityImport.parse(tried.body);
    expect(tried.body).toMatchObject({ rows: 2, created: 2, dry_run: true });
    expect(dataOf(await call('GET', '/facilities?called=F1'))).toEqual([]);
    expect((await csv(FILE, `?carrier=${carrier}`)).body).toMatchObject({ created: 2 });
    const again = await csv(FILE, `?carrier=${carrier}`);
    expect(again.body).toMatchObject({ created: 0, updated: 0, unchanged: 2 });
    const [first] = dataOf(await call('GET', '/facilities?called=f-1'));
    expect(first).toBeUndefined();
    expect(dataOf(await call('GET', '/facilities?called=f1'))).toMatchObject([
      { code: 'F1', city: 'Köln', country: 'DE', time_zone: 'Europe/Berlin', source: 'csv' },
    ]);
  });

  it('with one bad line is rejected as a whole, with line, column and fix, unless requested otherwise', async () => {
    const file = 'code,country,time_zone\nG1,US,America/Chicago\nG2,US,Europe/Berlin\n';
    const refused = await csv(file);
    expect(refused.status).toBe(422);
    expect(errorsOf(refused)).toEqual([
      {
        pointer: 'line 3, time_zone',
        reason: 'US does not have this time zone.',
        fix: expect.stringContaining('America/Chicago'),
      },
    ]);
    expect(dataOf(await call('GET', '/facilities?called=G1'))).toEqual([]);
    const answer = await csv(file, '?partial=true');
    facilityImport.parse(answer.body);
    expect(answer.body).toMatchObject({ rows: 2, created: 1, rejected: 1, errors: [{ line: 3 }] });
    expect(dataOf(await call('GET', '/facilities?called=G1'))).toHaveLength(1);
  });

  it.each([
    ['JSON', '{}', { 'content-type': 'application/json' }, 415],
    ['no media type', 'code\nA\n', { 'content-type': '' }, 415],
    ['another charset', 'code\nA\n', { 'content-type': 'text/csv; charset=latin1' }, 415],
    ['a compressed file', 'code\nA\n', { 'content-encoding': 'gzip' }, 415],
    ['nothing', '', {}, 422],
    ['more than a megabyte', `code\n${'A\n'.repeat(600_000)}`, {}, 413],
    ['a header without code', 'name\nA\n', {}, 422],
  ])('that is %s is rejected', async (_, text, headers, status) => {
    expect((await csv(text, '', call, headers)).status).toBe(status);
  });

  it('that is not UTF-8 is rejected with what to do', async () => {
    const answer = await fetch(`${hub.url}/facilities/import`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${(await hub.newKey()).text}`,
        'content-type': 'text/csv',
      },
      body: Buffer.from('code\nK\xf6ln\n', 'latin1'),
    });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('CSV UTF-8');
  });

  it('of as many bad lines as fit gets a quick and short response', async () => {
    const before = process.cpuUsage();
    const answer = await csv(`code,time_zone\n${'A,America/Memphis\n'.repeat(9_000)}`);
    expect(answer.status).toBe(422);
    expect(errorsOf(answer)).toHaveLength(100);
    expect(cpuMsSince(before)).toBeLessThan(30_000);
  });
});

describe('a list', () => {
  it('is read page by page, without repetition, and filtered', async () => {
    const rows = Array.from(
      { length: 23 },
      (_, index) => `P${index},${index % 2 ? 'hub' : 'origin'}`,
    );
    await csv(`code,type\n${rows.join('\n')}\n`, '', live);
    const seen: unknown[] = [];
    let path = '/facilities?limit=10';
    for (let page = 0; page < 5; page += 1) {
      const answer = await live('GET', path);
      facilityPage.parse(answer.body);
      seen.push(...dataOf(answer).map(({ code }) => code));
      if (answer.body['next_cursor'] === null) break;
      path = `/facilities?limit=10&cursor=${answer.body['next_cursor']}`;
    }
    // S1 has the same timestamp, so its position is random; the file's order is not.
    expect(seen.filter((code) => code !== 'S1')).toEqual(rows.map((row) => row.split(',')[0]));
    expect(seen).toHaveLength(24);
    const hubs = dataOf(await live('GET', '/facilities?type=hub&limit=200'));
    expect(hubs).toHaveLength(12);
    expect(dataOf(await live('GET', `/facilities?carrier=${carrier}`))).toHaveLength(1);
    expect(dataOf(await live('GET', '/facilities?country=DE&source=api'))).toHaveLength(1);
  });

  it.each(['cursor=x', 'cursor=eyJmIjoiMSJ9', 'limit=0', 'type=shed', 'carrier=nobody', 'x=1'])(
    'requested with ?%s is rejected',
    async (query) => {
      expect((await call('GET', `/facilities?${query}`)).status).toBe(422);
    },
  );
});

it('a shipment shows an event’s building to its merchant, and not on the public page', async () => {
  const memory = await openFacilitiesInMemory({
    db: hub.db,
    log: createLog({ level: 'silent' }),
  });
  Object.assign(hub.tracking, { facilityOf: memory.facilityOf });
  const adapter = hub.adapters.carriers().find(({ webhook }) => webhook !== undefined);
  if (adapter?.webhook === undefined) throw new Error('no carrier pushes');
  const all = await buildings();
  expect(all.every(({ facility: shown }) => shown === null)).toBe(true);
  const named = all.find(({ named: text }) => text !== null);
  if (named === undefined) throw new Error('no event of the sample names a building');
  await live('POST', '/facilities', { code: named.named, name: 'A building', type: 'hub' });
  await call('POST', '/facilities', { code: named.named, name: 'A building', type: 'hub' });
  await memory.refresh();
  const again = await buildings();
  expect(again.flatMap(({ facility: shown }) => shown ?? [])).toContainEqual({
    id: expect.any(String),
    name: 'A building',
    type: 'hub',
  });
  const page = await call('GET', `/v1/track/${again[0]?.number}`);
  expect(page.text).not.toContain('A building');
  await memory.close();
});

/** The events of a parcel whose carrier names a building, with the stored name. */
async function buildings() {
  const number = '123456789012';
  const { body } = await call('POST', '/shipments', { carrier, tracking_number: number });
  const id = String(body['id']);
  const { rowCount } = await hub.db.pipeline.query('select from facts limit 1');
  if (rowCount === 0) await plant(id);
  const detail = await call('GET', `/shipments/${id}`);
  const { rows: places } = await hub.db.pipeline.query<{ named: string | null }>(
    `select place->>0 as named from ${ALL_OBSERVATIONS} o where shipment_id = $1`,
    [id],
  );
  const events = detail.body['events'] as { facility: unknown }[];
  return events.map(({ facility: shown }, index) => {
    return { facility: shown, number, named: places[index]?.named ?? null };
  });
}

/** Inserts a fact at a building, as recording would. */
async function plant(id: string): Promise<void> {
  const now = hub.clock.nowMs();
  const owner = `select id, merchant_id, mode from shipments where id = $1`;
  await hub.db.owner.query(
    `insert into facts (shipment_id, merchant_id, mode, identity, source, code, codes, summary,
       status, logical, hidden, known, reviewed, correction, return_cancelled, mapping_version,
       created_at)
     select id, merchant_id, mode, 'f', 'carrier', 'X', '{}', false, 'in_transit', false, false,
       true, true, false, false, 'v', to_timestamp($2 / 1000.0) from (${owner}) s`,
    [id, now],
  );
  await hub.db.owner.query(
    `insert into observations (shipment_id, merchant_id, mode, identity, inbound_message_id, source, trust,
       by_account, received_at, local, time_precision, zone_source, offset_min, place)
     select id, merchant_id, mode, 'f', gen_random_uuid(), 'webhook', 'signed', false,
       to_timestamp($2 / 1000.0), '2026-03-09T08:00:00', 'second', 'offset', -300,
       '["B-7",null,null,null,"US"]'
     from (${owner}) s`,
    [id, now],
  );
}
