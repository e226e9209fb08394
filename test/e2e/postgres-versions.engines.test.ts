import { afterEach, describe, expect, test } from 'vitest';
import { openClient } from '../../src/platform/database/hosts/connect.ts';
import { expectInTimelines, registerParcels } from '../support/drills/push-load.ts';
import { fedexPush, minuteScan, PUSH_SECRET, pushHeaders } from '../support/fedex-push.ts';
import {
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { runVerb } from '../support/hubs/waybill-verb.ts';
import {
  type PostgresPair,
  postgresPrograms,
  startPair,
  whyNoPair,
} from '../support/postgres-pair.ts';

/** docs/operators.md says so. */
const SUPPORTED = [15, 16, 17, 18];

const PUSHED = { WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET };

const missing = whyNoPair();
const programs = postgresPrograms();
for (const version of SUPPORTED) {
  const why =
    missing ?? (programs.has(version) ? null : 'it is not here (tools/fetch-postgres.ts)');
  if (why !== null) process.stderr.write(`SKIPPED: PostgreSQL ${version}: ${why}\n`);
}

let pair: PostgresPair | null = null;
let hub: RunningHub | null = null;
const data = newDataFolder();
const backups = newDataFolder();
afterEach(async () => {
  await hub?.stop().catch(() => {});
  pair?.stop();
  removeDataFolder(data);
  removeDataFolder(backups);
  [hub, pair] = [null, null];
});

describe.each(SUPPORTED)('PostgreSQL %i', (version) => {
  const bin = programs.get(version);
  test.skipIf(missing !== null || bin === undefined)(
    'is migrated, takes a push into a timeline, and what is beside it is backed up',
    async () => {
      pair = startPair(bin ?? '');
      const env = { DATABASE_URL: pair.url, WAYBILL_REDIS: 'off', WAYBILL_SANDBOX: 'off' };
      hub = await startHub(data, { ...env, WAYBILL_WORK_PROCESS: 'off', ...PUSHED });
      const [parcel] = await registerParcels(hub.url, { from: version, count: 1 });
      if (parcel === undefined) throw new Error('no parcel was registered');
      const scan = minuteScan(0);
      const body = fedexPush({ number: parcel.number, scans: [scan] });
      const answer = await fetch(new URL('/webhooks/carrier/fedex', hub.url), {
        method: 'POST',
        headers: pushHeaders(body),
        body,
      });
      expect(answer.status).toBe(200);
      parcel.acknowledged.add(scan.date.slice(0, 19));
      await expectInTimelines(hub.url, [parcel]);

      const client = openClient(pair.url);
      await client.connect();
      const { rows } = await client.query("select current_setting('server_version') as is");
      await client.end();
      expect(rows[0].is).toMatch(new RegExp(`^${version}\\.`));
      const { how, stdout } = await runVerb(data, ['backup', backups, '--json'], env);
      expect(how).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ backup: expect.any(String) });
    },
    600_000,
  );
});
