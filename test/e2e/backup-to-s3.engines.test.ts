import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRepository } from '../../src/platform/backups/repository.ts';
import { CutWire } from '../support/cut-wire.ts';
import { type Engine, startEngine, whyNoEngine } from '../support/engines.ts';
import { parcelNumber } from '../support/fedex-push.ts';
import {
  callApi,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { runVerb } from '../support/hubs/waybill-verb.ts';

/**
 * A hub whose files are in a bucket is backed up to the same bucket, and restored from it: backups
 * do not include themselves, and erased files are listed with them.
 */
const ACCESS_KEY = 'test-access-key';
const SECRET_KEY = 'test-secret-key';

for (const kind of ['versitygw', 'minio'] as const) {
  const missing = whyNoEngine('s3', kind);
  if (missing !== null) process.stderr.write(`SKIPPED: backups in ${kind}: ${missing}\n`);

  describe.skipIf(missing !== null)(`backups in ${kind}`, () => {
    const place = 's3://parcels/backups';
    let engine: Engine;
    let home: string;
    let data: string;
    let hub: RunningHub;
    let env: Record<string, string>;
    beforeAll(async () => {
      engine = startEngine('s3', {
        S3_SERVER: kind,
        S3_BUCKETS: 'parcels',
        S3_ACCESS_KEY: ACCESS_KEY,
        S3_SECRET_KEY: SECRET_KEY,
      });
      home = mkdtempSync(path.join(tmpdir(), 'waybill-backup-s3-'));
      data = newDataFolder();
      env = {
        S3_BUCKET: 'parcels',
        S3_ENDPOINT: engine.urls['s3'] ?? '',
        S3_ACCESS_KEY_ID: ACCESS_KEY,
        S3_SECRET_ACCESS_KEY: SECRET_KEY,
      };
      hub = await startHub(data, env);
    }, 600_000);
    afterAll(async () => {
      await hub?.kill();
      engine?.stop();
      removeDataFolder(data);
      rmSync(home, { recursive: true, force: true });
    });

    test('are restored, with later erasures applied', async () => {
      const ids: string[] = [];
      for (const n of [1, 2]) {
        const body = { carrier: 'fedex', tracking_number: parcelNumber(n) };
        const { id } = await callApi<{ id: string }>(hub.url, 'POST', '/v1/shipments', body);
        ids.push(id);
      }
      // The bucket is unreachable: no backup, and no leftovers that disturb the next one.
      const wire = new CutWire(new URL(engine.urls['s3'] ?? ''));
      const through = { ...env, S3_ENDPOINT: await wire.listen() };
      wire.refuses = true;
      const cut = await runVerb(data, ['backup', place, '--json'], through);
      expect([cut.how, cut.stdout]).toEqual([1, '']);
      expect(cut.stderr).not.toMatch(/^ +at /m);
      wire.refuses = false;
      const after = await runVerb(data, ['backup', place, '--json'], through);
      expect(after.how, after.stderr).toBe(0);
      wire.close();
      for (const _ of [1, 2]) {
        const made = await runVerb(data, ['backup', place, '--json'], env);
        // AWS's client may warn of the version of Node.js on stderr.
        expect(made.how, made.stderr).toBe(0);
        expect(JSON.parse(made.stdout)).toMatchObject({ objects: 0 });
      }
      const erased = await runVerb(data, ['erase', ids[0] ?? ''], env);
      expect(erased.how).toBe(0);
      const { s3 } = engine.urls;
      const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY };
      const s3Server = { region: 'us-east-1', endpoint: s3 ?? '', credentials };
      const repository = await openRepository(place, { s3: null, s3Server });
      await expect
        .poll(async () => {
          const found: string[] = [];
          for await (const { key } of repository.store.list('erasures/')) found.push(key);
          return found.length;
        })
        .toBe(1);
      repository.close();
      await hub.kill();

      const restored = path.join(home, 'restored');
      const key = readFileSync(path.join(data, 'master-key'), 'utf8').trim();
      const withKey = { ...env, WAYBILL_MASTER_KEY: key };
      const back = await runVerb(restored, ['restore', place], withKey);
      expect(back.how, back.stderr).toBe(0);
      hub = await startHub(restored, env);
      const at = (id = '') => callApi(hub.url, 'GET', `/v1/shipments/${id}`);
      await expect(at(ids[0])).rejects.toThrow('404');
      expect(await at(ids[1])).toMatchObject({ id: ids[1] });
    }, 600_000);
  });
}
