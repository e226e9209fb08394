import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDrops, type TestDrops } from './test-drops.ts';

const ROWS = 300_000;
const NOTE = 'n'.repeat(400);
const MIB = 1_048_576;
/**
 * The larger file has as many, and its rows as objects several times as much; the engine collects
 * late.
 */
const GROWTH_MIB_MAX = 125;

let bench: TestDrops;
beforeAll(async () => {
  bench = await openTestDrops();
});
afterAll(() => bench.close());

function* rows(count: number, prefix: string): Generator<string> {
  let text = 'tracking_number,code,scanned_at,note\n';
  for (let index = 0; index < count; index += 1) {
    text += `${prefix}${index},SORT,2026-03-10T08:00:00Z,${NOTE}\n`;
    if (text.length < MIB) continue;
    yield text;
    text = '';
  }
  yield text;
}

async function write(name: string, count: number): Promise<number> {
  const file = createWriteStream(path.join(bench.folder, 'shop/live', name));
  await pipeline(Readable.from(rows(count, name)), file);
  return file.bytesWritten;
}

/** The most that this process held while the file was read, in MiB. */
async function peakMib(count: number): Promise<number> {
  const name = `${count}.csv`;
  const bytes = await write(name, count);
  const runner = bench.start({ batchRows: 1_000 });
  await runner.idle();
  bench.intake.clock.advance(2_000);
  let peakB = 0;
  const watch = setInterval(() => {
    peakB = Math.max(peakB, process.memoryUsage().rss);
  }, 20);
  await runner.idle();
  clearInterval(watch);
  await runner.stop();
  process.stdout.write(`${Math.round(bytes / MIB)} MiB: at most ${Math.round(peakB / MIB)} MiB\n`);
  return Math.round(peakB / MIB);
}

test('a file is read in flat memory: one six times as large fits beside it in less than its own size', async () => {
  await bench.intake.tenant('shop', 'live');
  bench.intake.clock.advance(10_000);
  mkdirSync(path.join(bench.folder, 'shop/live'), { recursive: true });
  const small = await peakMib(ROWS / 6);
  const large = await peakMib(ROWS);
  expect(bench.counted.rows).toBe(ROWS + ROWS / 6);
  expect(large - small).toBeLessThan(GROWTH_MIB_MAX);
}, 600_000);
