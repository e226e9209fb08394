import { afterAll, beforeAll, expect, it } from 'vitest';
import { QUIET } from '../../events/event.ts';
import { aShipment } from '../../events/test-events.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Status } from '../../kernel/status.ts';
import { bootstrap } from '../../merchants/index.ts';
import { systemClock, systemRandom } from '../../platform/clock.ts';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { advanceCursor, appendToLog, withShard } from '../../platform/event-log/event-log.ts';
import type { Consumer } from '../../platform/event-log/log-consumer.ts';
import { createLog } from '../../platform/observability/log.ts';
import { createMetrics } from '../../platform/observability/metrics.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { startFigures } from './figures.ts';

let database: TestDatabase;
let db: Database;
const metrics = createMetrics({ processMetrics: false });
const started: Consumer[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
});

afterAll(async () => {
  for (const consumer of started) await consumer.stop();
  await db?.end();
  await database?.drop();
});

it('counts a change of status once, whichever of two processes sees it, and no quiet one', async () => {
  const { merchantId } = await bootstrap(
    { db, clock: systemClock, randomBytes: systemRandom },
    null,
  );
  const entry = (sequence: number, status: Status, previous: Record<string, unknown>) => ({
    id: uuidV7(0, systemRandom(10)),
    tenant: { merchantId, mode: 'test' as const },
    subjectId: '00000000-0000-4000-8000-000000000001',
    sequence,
    type: 'shipment.status_changed',
    occurredAtMs: 0,
    data: { ...aShipment({ status }) },
    previousAttributes: previous,
  });
  const quiet = (logged: ReturnType<typeof entry>) => ({
    ...logged,
    data: { ...logged.data, ...QUIET },
  });
  await withShard(db.pipeline, 5, async (tx) => {
    await appendToLog(
      tx,
      5,
      [
        entry(1, 'created', {}),
        entry(2, 'picked_up', { status: 'created' }),
        entry(3, 'picked_up', { tags: [] }),
        quiet(entry(4, 'delivered', { status: 'picked_up' })),
      ],
      0,
    );
  });
  const log = createLog({ level: 'silent' });
  const listener = { on: () => () => {} };
  const other = createMetrics({ processMetrics: false });
  started.push(startFigures({ db, listener, log, metrics }));
  started.push(startFigures({ db, listener, log, metrics: other }));
  for (const consumer of started) while ((await consumer.lag()) > 0) await consumer.idle();
  const counted = async (registry: typeof metrics) =>
    (await registry.getSingleMetric('waybill_status_changes_total')?.get())?.values ?? [];
  const all = [...(await counted(metrics)), ...(await counted(other))];
  expect(all).toEqual([
    { labels: { carrier: 'acme', mode: 'test', status: 'picked_up' }, value: 1 },
  ]);
  await advanceCursor(db.pipeline, 'slow', 6, 0n);
  const shown = await metrics.metrics();
  expect(shown).toContain('waybill_log_lag{consumer="figures"} 0');
  expect(shown).toContain('waybill_log_lag{consumer="slow"} 4');
});
