import { readFileSync } from 'node:fs';
import { startEmbeddedPostgres } from '../../src/platform/postgres/embedded-postgres.ts';
import { PUSH_SECRET } from '../../test/support/fedex-push.ts';
import { newDataFolder, removeDataFolder } from '../../test/support/hubs/hub-process.ts';
import { processorMs } from '../figures/processor-time.ts';
import { say } from '../figures/report.ts';
import { startBaseline } from '../load/baseline-process.ts';
import { connect } from '../load/bulk-load.ts';
import { steadyPushes } from './steady-pushes.ts';

/**
 * Measures the least that a fact can cost: the pushes of `fact-cost.ts` through a bare program
 * (`baselines/floor-server.ts`) on the same PostgreSQL. `npx tsx bench/corridor/floor.ts [pushes a
 * second] [s to warm up] [s measured]`. It prints processor time, WAL and disk per fact.
 */
const [PUSHES_A_SECOND = 600, WARM_S = 8, MEASURED_S = 15] = process.argv.slice(2).map(Number);

const data = newDataFolder();
const postgres = await startEmbeddedPostgres({ data });
const floor = await startBaseline('floor-server.ts', {
  DATABASE_URL: postgres.url,
  SECRET: PUSH_SECRET,
});
try {
  const client = await connect(postgres.url);
  const pushes = steadyPushes(floor.url, PUSHES_A_SECOND, WARM_S + MEASURED_S);
  const sizes = async () => {
    const { rows } = await client.query<{ wal: string; disk: string }>(
      `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as wal,
              sum(pg_total_relation_size(relid)) as disk from pg_stat_user_tables`,
    );
    return { wal: Number(rows[0]?.wal), disk: Number(rows[0]?.disk) };
  };
  const used = () => ({
    program: processorMs(floor.pid) ?? 0,
    postgres: processorMs(postgres.pid()) ?? 0,
  });
  await pushes.send(WARM_S);
  const [sizesBefore, before] = [await sizes(), used()];
  const offered = await pushes.send(MEASURED_S);
  const [sizesAfter, after] = [await sizes(), used()];
  const perThousand = (ms: number) => Math.round((ms * 1_000) / offered.facts);
  say(
    JSON.stringify({
      facts: offered.facts,
      facts_per_s: Math.round(offered.facts / MEASURED_S),
      answers: offered.statuses,
      ack_p99_ms: offered.p99Ms,
      cpu_ms_per_1000_facts: {
        program: perThousand(after.program - before.program),
        postgres: perThousand(after.postgres - before.postgres),
      },
      wal_bytes_a_fact: Math.round((sizesAfter.wal - sizesBefore.wal) / offered.facts),
      disk_bytes_a_fact: Math.round((sizesAfter.disk - sizesBefore.disk) / offered.facts),
      load: readFileSync('/proc/loadavg', 'utf8').slice(0, 4),
    }),
  );
  await client.end();
} finally {
  await floor.stop();
  await postgres.stop();
  removeDataFolder(data);
}
