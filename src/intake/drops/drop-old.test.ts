import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMerchantFolders } from './drop-place.ts';
import { dropOldDrops } from './drops.ts';
import { forgetRejects } from './drops-read.sql.ts';
import { openTestDrops, scanFile, type TestDrops } from './test-drops.ts';

const DAY_MS = 86_400_000;

let bench: TestDrops;
beforeAll(async () => {
  bench = await openTestDrops();
});
afterAll(() => bench.close());

it('filed files are removed with their entry, and younger ones stay', async () => {
  const { db, clock } = bench.intake;
  const tenant = await bench.intake.tenant('shop', 'live');
  clock.advance(10_000);
  const runner = bench.start();
  bench.write('shop/live/old.csv', scanFile(2).replace('2026-03-10T08', 'soon'));
  bench.write('shop/live/odd.csv', 'x');
  await bench.settle(runner);
  const oldMs = clock.nowMs() + 1;
  clock.advance(10 * DAY_MS);
  bench.write('shop/live/new.csv', scanFile(1, 50));
  await bench.settle(runner);
  await runner.stop();
  const place = { store: bench.store, checkEveryMs: 1, filesGrow: true };
  const around = { places: [place], merchants: createMerchantFolders(db.pipeline, clock) };
  expect(await dropOldDrops(db.pipeline, { ...around, places: [] }, oldMs, 100)).toBe(0);
  expect(await dropOldDrops(db.pipeline, around, oldMs, 100)).toBe(2);
  expect(bench.names('shop/live/done')).toEqual(['new.csv']);
  expect(bench.names('shop/live/quarantine')).toEqual([]);
  const left = await bench.drops.list(tenant, { state: null, before: null, limit: 10 });
  expect(left.map(({ name }) => name)).toEqual(['new.csv']);
});

it('rejected rows of a vanished file are retained for a day only', async () => {
  const { db, clock } = bench.intake;
  await bench.intake.tenant('other', 'live');
  clock.advance(10_000);
  let batches = 0;
  const runner = bench.start({
    prepare(...given) {
      batches += 1;
      if (batches === 2) throw new Error('killed');
      return bench.prepare(...given);
    },
  });
  bench.write('other/live/a.csv', scanFile(30).replace('2026-03-10T08', 'soon'));
  await bench.settle(runner);
  rmSync(`${bench.folder}/other/live/a.csv`);
  clock.advance(30_001);
  await bench.settle(runner);
  await runner.stop();
  const nowMs = clock.nowMs();
  expect(await forgetRejects(db.pipeline, nowMs - DAY_MS, 10)).toBe(0);
  expect(await forgetRejects(db.pipeline, nowMs + 1, 10)).toBe(1);
  const { rowCount } = await db.pipeline.query('select from drop_rejects');
  expect(rowCount).toBe(0);
});
