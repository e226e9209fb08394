import { cpus, loadavg } from 'node:os';
import { systemRandom } from '../../src/platform/clock.ts';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import { hashKey } from '../../src/platform/sealing/hash-key.sql.ts';
import { loadKeyring } from '../../src/platform/sealing/master-key.ts';
import { createPeopleHashes, PEOPLE_KEY } from '../../src/tracking/ports/running.ts';
import { newDataFolder, removeDataFolder, startHub } from '../../test/support/hubs/hub-process.ts';
import { isShort, report, say } from '../figures/report.ts';
import { connect } from '../load/bulk-load.ts';
import { deskCookie } from '../pages/desk-cookie.ts';
import { fillDesk, recipientOf } from './fill.ts';

/**
 * Measures the desk of a merchant with a million parcels: its table, searches, filters and charts,
 * each page as a signed-in member gets it over loopback, one after the other. The baseline is the
 * first page of the table, queried from PostgreSQL directly.
 */
const PARCELS = isShort() ? 20_000 : 1_000_000;
const TURNS = isShort() ? 3 : 40;
const WARM = 3;

const RECENTLY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
const pad = (n: number) => `P${String(n).padStart(11, '0')}`;
const [nameOf, mailOf] = (['name', 'email'] as const).map(
  (member) => (n: number) => String(recipientOf(n % PARCELS).recipient[member]).toLowerCase(),
) as [(n: number) => string, (n: number) => string];
const familyOf = (n: number) => nameOf(n).split(' ')[1] ?? '';
const prefixesOf = (n: number) => `${familyOf(n).slice(0, 5)}%20${nameOf(n).slice(0, 3)}`;
/** Returns the path for each turn, so that no request repeats. */
const REQUESTS: Readonly<Record<string, (turn: number) => string>> = {
  home: () => '',
  'all parcels': () => 'shipments',
  'tab, needs attention': () => 'shipments?tab=attention',
  'tab, in transit': () => 'shipments?tab=transit',
  'tab, out for delivery': () => 'shipments?tab=out',
  'tab, returned': () => 'shipments?tab=returned',
  late: () => 'shipments?tab=late',
  'late, by expected day': () => 'shipments?tab=late&sort=due_on',
  'by expected day': () => 'shipments?sort=-due_on',
  'several statuses': () => 'shipments?status=exception,failed_attempt,returned_to_sender',
  'destination, rare': () => 'shipments?to=LI',
  'oldest first': () => 'shipments?sort=created_at',
  'status, rare': () => 'shipments?status=exception',
  'status, longest unchanged': () => 'shipments?status=in_transit&sort=updated_at',
  'status, none': () => 'shipments?status=cancelled',
  'carrier, rare': () => 'shipments?carrier=canada-post',
  'carrier, none': () => 'shipments?carrier=evri',
  'carrier, left a year ago': () => 'shipments?carrier=gls',
  'status, rare, newest first': () => 'shipments?status=exception&sort=-created_at',
  'carrier and status': () => 'shipments?carrier=dhl&status=in_transit&sort=updated_at',
  'added, recently': () => `shipments?added_since=${RECENTLY}`,
  'added, any day': () => 'shipments?added_since=2000-01-01',
  'delivered, recently': () =>
    `shipments?tab=delivered&delivered_since=${RECENTLY}&sort=-updated_at`,
  'delivered, recently, newest first': () => `shipments?delivered_since=${RECENTLY}`,
  'delivered, any day': () => 'shipments?delivered_since=2000-01-01',
  'tag, common': () => 'shipments?tag=gift',
  'tag, rare': () => 'shipments?tag=call-back',
  'number, whole': (turn) => `shipments?q=${pad(turn * 317)}`,
  'number, ten thousand begin so': (turn) => `shipments?q=${pad(turn).slice(1, 9)}`,
  'number, all begin so': () => 'shipments?q=p0',
  'number, the oldest 100,000 begin so': () => 'shipments?q=p000000',
  'order, a ninth of all begin so': () => 'shipments?q=ord-1',
  order: (turn) => `shipments?q=ord-${turn * 31}`,
  'recipient, unknown': (turn) => `shipments?q=ada${turn}%40example.com`,
  'recipient, rare, by a prefix': (turn) => `shipments?q=${'annabella'.slice(0, 5 + (turn % 5))}`,
  'recipient, any, by prefixes of both names': (turn) => `shipments?q=${prefixesOf(turn * 7_919)}`,
  'recipient, hundreds begin so': (turn) => `shipments?q=${familyOf(turn * 7_919).slice(0, 4)}`,
  'recipient, one in 27': (turn) => `shipments?q=mari&sort=${turn % 2 ? '-' : ''}created_at`,
  'recipient, one in 4': () => 'shipments?q=gmail',
  'recipient, one in 108, by two words': () => 'shipments?q=gmail%20maria',
  'recipient and order': (turn) => `shipments?q=${prefixesOf(turn * 7_919)}%20ord-${turn * 7_919}`,
  'recipient, mail': (turn) => `shipments?q=${encodeURIComponent(mailOf(turn * 7_919))}`,
  'number, by its end': (turn) => `shipments?q=${pad(turn * 7_919).slice(-6)}`,
  'search and filter': (turn) => `shipments?q=ref-${turn % 9}&status=delivered`,
  'figures by carrier': () => 'analytics?weeks=13&by=carrier',
  'figures by service': () => 'analytics?weeks=13&by=service',
  'figures by lane': () => 'analytics?weeks=13&by=lane',
  'figures of a year': () => 'analytics?weeks=52&by=lane',
  'figures of one carrier': () => 'analytics?weeks=13&by=lane&carrier=canada-post',
};

const data = newDataFolder();
const hub = await startHub(data, { WAYBILL_SANDBOX: 'off' });
const client = await connect(urlOfRunningServer(data) ?? '');
try {
  const { rows } = await client.query<{ id: string }>('select id from merchants limit 1');
  const merchantId = rows[0]?.id ?? '';
  const keyring = loadKeyring({ text: null, file: null, data }, systemRandom);
  const key = await hashKey(client, keyring, systemRandom, PEOPLE_KEY);
  await fillDesk(client, { merchantId, people: createPeopleHashes(key) }, PARCELS, say);
  const cookie = await deskCookie(hub.url);
  const figures: Record<string, { p50: number; p95: number }> = {};
  const all: number[] = [];
  for (const [name, pathOf] of Object.entries(REQUESTS)) {
    const times: number[] = [];
    for (let turn = 0; turn < WARM + TURNS; turn += 1) {
      const ms = await timed(pathOf(turn), cookie);
      if (turn >= WARM) times.push(ms);
    }
    all.push(...times);
    figures[name] = { p50: quantile(times, 0.5), p95: quantile(times, 0.95) };
    say(`${name}: ${JSON.stringify(figures[name])}`);
  }
  const bare: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const began = performance.now();
    await client.query(
      `select * from shipments where merchant_id = $1 and mode = 'test' and deleted_at is null
       order by created_at desc, id desc limit 41`,
      [merchantId],
    );
    bare.push(performance.now() - began);
  }
  const worst = Math.max(...Object.values(figures).map(({ p95 }) => p95));
  report({
    bench: 'desk',
    value: worst,
    unit: 'ms, p95 of the slowest page',
    baseline: quantile(bare, 0.95),
    p50_ms: quantile(all, 0.5),
    p99_ms: quantile(all, 0.99),
    conditions: {
      parcels: PARCELS,
      turns: TURNS,
      index_bytes_per_parcel: await indexBytes(),
      cores: cpus().length,
      load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
      pages: figures,
    },
  });
} finally {
  await client.end();
  await hub.stop();
  removeDataFolder(data);
}

/** The search index's size per parcel: recipients' hashes, and terms. */
async function indexBytes() {
  const tables = ['shipment_people', 'shipment_terms'];
  const { rows } = await client.query<{ name: string; bytes: number }>(
    `select name, round(pg_total_relation_size(name::regclass) / $2::float8)::int as bytes
     from unnest($1::text[]) as name`,
    [tables, PARCELS],
  );
  return Object.fromEntries(rows.map(({ name, bytes }) => [name, bytes]));
}

async function timed(path: string, cookie: string): Promise<number> {
  const began = performance.now();
  const answer = await fetch(new URL(`/console/${path}`.replace(/\/$/, ''), hub.url), {
    redirect: 'manual',
    headers: { cookie },
  });
  await answer.arrayBuffer();
  const ms = performance.now() - began;
  if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}`);
  return ms;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const found = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return Math.round(found * 10) / 10;
}
