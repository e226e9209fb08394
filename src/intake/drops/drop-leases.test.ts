import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { HeldDrop } from './drop.ts';
import {
  adoptDrop,
  advanceDrop,
  extendDropLease,
  LeaseLost,
  leaseDrops,
  noteFiles,
  type SameContent,
} from './drops.sql.ts';
import { openTestDrops, type TestDrops } from './test-drops.ts';

let bench: TestDrops;
let tenant: Tenant;
let merchants = 0;
beforeAll(async () => {
  bench = await openTestDrops();
});
afterAll(() => bench.close());
beforeEach(async () => {
  merchants += 1;
  tenant = await bench.intake.tenant(`leases-${merchants}`, 'live');
});

const db = () => bench.intake.db.pipeline;
const nowMs = () => bench.intake.clock.nowMs();
/** A place that no other test uses. */
const place = () => `place-${merchants}`;

/** A process that leases it now has it for half a minute. */
async function lease(): Promise<readonly HeldDrop[]> {
  return leaseDrops(db(), [place()], {
    nowMs: nowMs(),
    untilMs: nowMs() + 30_000,
    limit: 10,
  });
}
async function leased(name: string): Promise<HeldDrop> {
  const id = uuidV7(nowMs(), bench.intake.randomBytes(10));
  const file = { id, tenant, place: place(), name, version: `of ${name}`, sizeBytes: 100 };
  await noteFiles(db(), [file], nowMs());
  const [held] = await lease();
  if (held?.name !== name) throw new Error(`${name} was not leased`);
  return held;
}
const oneRow = { rows: 1, accepted: 1, duplicates: 0, rejected: 0 };
const step = (drop: HeldDrop) =>
  advanceDrop(db(), drop, oneRow, {
    readBytes: 10,
    dialect: { separator: ',', header: ['code'] },
    ignored: [],
    untilMs: nowMs() + 30_000,
  });

it("storing a batch extends the reader's lease on the file", async () => {
  const drop = await leased('a.csv');
  for (let batch = 0; batch < 3; batch += 1) {
    bench.intake.clock.advance(20_000);
    await step(drop);
    expect(await lease()).toEqual([]);
  }
  bench.intake.clock.advance(30_000);
  const [claimed] = await lease();
  expect(claimed).toMatchObject({ name: 'a.csv', rows: 3 });
  await expect(step(drop)).rejects.toThrow(LeaseLost);
});

it('a long look at a file without a batch keeps it, too', async () => {
  const drop = await leased('b.csv');
  bench.intake.clock.advance(20_000);
  await extendDropLease(db(), drop, nowMs() + 30_000);
  bench.intake.clock.advance(20_000);
  expect(await lease()).toEqual([]);
});

it('a reader whose file continues under another name is fenced off at once', async () => {
  const first = await leased('c.csv');
  await step(first);
  const second = await leased('renamed.csv');
  const same: SameContent = {
    id: first.id,
    state: 'reading',
    place: place(),
    name: 'c.csv',
    version: first.version,
  };
  await adoptDrop(db(), same, second, nowMs());
  // Though its time is not over.
  await expect(step(first)).rejects.toThrow(LeaseLost);
  await expect(extendDropLease(db(), first, nowMs() + 30_000)).rejects.toThrow(LeaseLost);
  const found = await lease();
  expect(found).toMatchObject([{ id: first.id, name: 'renamed.csv', rows: 1 }]);
});
