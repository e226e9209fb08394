import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectInTimelines, registerParcels } from '../support/drills/push-load.ts';
import { fedexPush, minuteScan, PUSH_SECRET, pushHeaders } from '../support/fedex-push.ts';
import { HUB_TEST_KEY, type RunningHub, startHub } from '../support/hubs/hub-process.ts';
import { runVerb } from '../support/hubs/waybill-verb.ts';
import { asSuperuser, whyNoDump } from '../support/own-servers.ts';
import { documents } from './blocks.ts';
import { Visitor } from './visitor.ts';

/** The guide's backup of an operator's own PostgreSQL, and its restore on a new server. */
const THIS = 'test/docs/own-postgres-backup.hubs.test.ts';
const BLOCKS = documents()
  .flatMap(({ blocks }) => blocks)
  .filter(({ run }) => run === `in ${THIS}`);
const [makeRole, backUp, load, restore] = BLOCKS.map(({ commands }) => commands);

const why = whyNoDump();
if (why !== null) process.stderr.write(`SKIPPED: the backup of your own PostgreSQL: ${why}\n`);

/** Tables that no longer change when the parcels are at rest. */
const STABLE = ['shipments', 'inbound_messages', 'facts', 'event_log', 'api_keys', 'merchants'];

describe.skipIf(why !== null)('your own PostgreSQL', () => {
  const visitor = new Visitor();
  let hub: RunningHub;
  let host: string;
  let env: Record<string, string>;
  let numbers: string[];
  const at = (role: string) => `postgres://${role}:secret@${host}/waybill`;

  beforeAll(async () => {
    host = (await visitor.server('prepared')).host;
    env = { DATABASE_URL: at('waybill'), WAYBILL_REDIS: 'off' };
    hub = await startHub(visitor.data, { ...env, WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET });
    const parcels = await registerParcels(hub.url, { from: 1, count: 3 });
    for (const [index, parcel] of parcels.entries()) {
      const scan = minuteScan(index);
      const body = fedexPush({ number: parcel.number, scans: [scan] });
      const request = { method: 'POST', headers: pushHeaders(body), body };
      const answer = await fetch(new URL('/webhooks/carrier/fedex', hub.url), request);
      expect(answer.status).toBe(200);
      parcel.acknowledged.add(scan.date.slice(0, 19));
    }
    await expectInTimelines(hub.url, parcels);
    numbers = parcels.map(({ number }) => number);
  });
  afterAll(async () => {
    await hub.kill().catch(() => {});
    await visitor.leave();
  });

  it('the guide has a block each: the role, the backup, loading it, and the restore', () => {
    expect(BLOCKS).toHaveLength(4);
  });

  it('pg_dump as the role of DATABASE_URL fails, and so does `waybill backup`, which says why', async () => {
    const asHub = backUp?.replace('waybill_backup:', 'waybill:') ?? '';
    await expect(visitor.run(asHub)).rejects.toThrow('row-level security');

    const place = join(visitor.data, '../refused');
    const { how, stderr } = await runVerb(visitor.data, ['backup', place], env);
    expect(how).toBe(2);
    expect(stderr).toMatch(
      /^Nothing was backed up: the role waybill cannot read all rows of \d+ tables/,
    );
    expect(stderr).toContain('create role waybill_backup login bypassrls');
    expect(existsSync(join(place, 'repository.json'))).toBe(false);
  });

  it('`waybill doctor` warns of it', async () => {
    const { stdout } = await runVerb(visitor.data, ['doctor'], env);
    expect(stdout).toMatch(/warn {2}backups: the role waybill cannot read all rows/);
  });

  it('the commands of the guide back up and restore every row, and a hub starts on them', async () => {
    await visitor.run(`cp -p "${visitor.data}/master-key" "$HOME/waybill-master-key"`);
    await visitor.run(makeRole ?? '');
    expect(await visitor.run(backUp ?? '')).toContain('is complete');
    const before = await rows(host);
    await hub.stop();

    await visitor.run(load ?? '');
    const fresh = await visitor.server('fresh');
    expect(await rows(fresh.host)).toEqual(before);
    const said = await visitor.run(restore ?? '');
    expect(said).toContain('start the hub');

    host = fresh.host;
    hub = await startHub(visitor.data, { ...env, DATABASE_URL: at('waybill') });
    const answer = await fetch(new URL('/v1/shipments', hub.url), {
      headers: { authorization: `Bearer ${HUB_TEST_KEY}` },
    });
    const { data } = (await answer.json()) as { data: { tracking_number: string }[] };
    expect(data.map(({ tracking_number }) => tracking_number).sort()).toEqual(numbers.sort());
  });

  it('the doctor has no warning when a backup was made with the role of the guide', async () => {
    const { stdout } = await runVerb(visitor.data, ['doctor'], {
      ...env,
      DATABASE_URL: at('waybill'),
    });
    expect(stdout).toMatch(/ok {4}backups: the newest is 0 h old/);
    expect(stdout).not.toContain('cannot read all rows');
    expect(statSync(join(visitor.data, 'master-key')).size).toBeGreaterThan(0);
  });
});

function rows(host: string): Promise<Record<string, unknown>> {
  return asSuperuser(host, 'waybill', async (client) => {
    const found: Record<string, unknown> = {};
    for (const table of STABLE) {
      const { rows } = await client.query(
        `select count(*)::int as rows, md5(string_agg(t::text, ',' order by t::text)) as digest from ${table} t`,
      );
      found[table] = rows[0];
    }
    return found;
  });
}
