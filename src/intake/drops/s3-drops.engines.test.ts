import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CutWire } from '../../../test/support/cut-wire.ts';
import { type Engine, startEngine, whyNoEngine } from '../../../test/support/engines.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { ObjectStore } from '../../platform/objects/object-store.ts';
import { openS3Store } from '../../platform/objects/s3-store.ts';
import { textAt } from '../../platform/objects/test-object-store.ts';
import { openTestDrops, scanFile, type TestDrops } from './test-drops.ts';

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test-secret-key' };

for (const kind of ['versitygw', 'minio'] as const) {
  const missing = whyNoEngine('s3', kind);
  if (missing !== null) process.stderr.write(`SKIPPED: drops on ${kind}: ${missing}\n`);

  describe.skipIf(missing !== null)(`files dropped on ${kind}`, () => {
    let engine: Engine;
    let wire: CutWire;
    let direct: ObjectStore;
    let wired: ObjectStore;
    let bench: TestDrops;
    let tenant: Tenant;
    let slug: string;
    let merchants = 0;
    beforeAll(async () => {
      engine = startEngine('s3', { S3_SERVER: kind, S3_BUCKETS: 'drops' });
      wire = new CutWire(new URL(engine.urls['s3'] ?? ''));
      const shared = { bucket: 'drops', prefix: 'hall/', region: 'us-east-1', silentMs: 2_000 };
      const open = (endpoint: string) =>
        openS3Store({ ...shared, endpoint, credentials: CREDENTIALS });
      direct = open(engine.urls['s3'] ?? '');
      wired = open(await wire.listen());
      bench = await openTestDrops();
    });
    afterAll(async () => {
      await bench?.close();
      direct?.close();
      wired?.close();
      wire?.close();
      engine?.stop();
    });
    beforeEach(async () => {
      merchants += 1;
      slug = `shop-${merchants}`;
      tenant = await bench.intake.tenant(slug, 'live');
      bench.intake.clock.advance(10_000);
    });

    const put = (name: string, text: string) =>
      direct.put(`${slug}/live/${name}`, Buffer.from(text, 'utf8'));
    const names = async () => {
      const found: string[] = [];
      for await (const { key } of direct.list(`${slug}/`)) found.push(key.slice(slug.length + 6));
      return found;
    };
    const drops = async () =>
      (await bench.drops.list(tenant, { state: null, before: null, limit: 50 })).reverse();
    const numbers = async () => (await bench.scans(tenant)).map((scan) => scan.tracking_number);

    test('are found in the folders of shops, and filed in folders of the same name', async () => {
      await put('shops/mine/orders.csv', 'id,ordered_at\n');
      const runner = bench.start({ store: direct });
      await bench.settle(runner);
      await runner.stop();
      expect((await names()).sort()).toEqual([
        'quarantine/shops/mine/orders.csv',
        'quarantine/shops/mine/orders.csv.reason.txt',
      ]);
    });

    test('take effect once, are moved to done, and their rejected rows are next to them', async () => {
      const runner = bench.start({ store: wired });
      await put('a.csv', scanFile(25).replace('2026-03-10T08', 'soon'));
      await put('odd.csv', 'no header\n');
      const settle = async () => {
        for (let turn = 0; turn < 4; turn += 1) await bench.settle(runner);
      };
      await settle();
      // Side by side, either of the two may be the first.
      await put('again.csv', scanFile(25).replace('2026-03-10T08', 'soon'));
      await settle();
      await runner.stop();
      expect(await names()).toEqual([
        ...['done/a.csv', 'done/a.csv.rejected.csv', 'done/again.csv'],
        ...['quarantine/odd.csv', 'quarantine/odd.csv.reason.txt'],
      ]);
      expect(await textAt(direct, `${slug}/live/done/a.csv.rejected.csv`)).toContain('\r\n2,');
      expect(await numbers()).toHaveLength(24);
      expect((await drops()).map(({ rows }) => rows).sort()).toEqual([0, 0, 25]);
    });

    test('are read to the end although the network is cut in the middle, again and again', async () => {
      const runner = bench.start({ store: wired, batchRows: 1_000 });
      const rows = 40_000;
      await put('large.csv', scanFile(rows, 0, 'n'.repeat(200)));
      wire.cutAfterBytes = 1_000_000;
      wire.cutsLeft = 12;
      await bench.settle(runner);
      for (let turn = 0; turn < 20 && (await drops())[0]?.state !== 'done'; turn += 1) {
        bench.intake.clock.advance(5_000);
        await bench.settle(runner);
      }
      await runner.stop();
      expect(wire.cutsLeft).toBe(0);
      expect(await drops()).toMatchObject([{ state: 'done', rows, accepted: rows }]);
      const found = await numbers();
      expect([found.length, new Set(found).size]).toEqual([rows, rows]);
      expect(await names()).toEqual(['done/large.csv']);
    });

    test('wait while there is no network at all, which is reported once', async () => {
      const said: string[] = [];
      await put('late.csv', scanFile(5));
      wire.refuses = true;
      const runner = bench.start({ store: wired, onLog: (message) => said.push(message) });
      await bench.settle(runner);
      expect(await drops()).toEqual([]);
      wire.refuses = false;
      await bench.settle(runner);
      await runner.stop();
      expect(said).toEqual([
        'dropped files could not be listed; retrying',
        'the place where files are dropped is back',
      ]);
      expect(await drops()).toMatchObject([{ state: 'done', rows: 5 }]);
    });

    test('that are replaced while they are read are read with their new content', async () => {
      let batches = 0;
      const runner = bench.start({
        store: wired,
        prepare(...given) {
          batches += 1;
          return bench.prepare(...given);
        },
      });
      await put('same.csv', scanFile(30));
      await bench.settle(runner);
      await put('same.csv', scanFile(30, 500));
      await bench.settle(runner);
      await bench.settle(runner);
      await runner.stop();
      expect(batches).toBe(6);
      expect(await numbers()).toHaveLength(60);
      expect(await names()).toHaveLength(2);
    });
  });
}
