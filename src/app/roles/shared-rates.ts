import { Counter } from 'prom-client';
import { type Machines, sharedRedis } from '../../platform/machines.ts';
import { openRedisRates } from '../../platform/rates/redis-rates.ts';
import { useSharedRates } from '../../platform/rates/shared-rates.ts';
import { installationName } from '../../platform/sealing/key-canary.sql.ts';

/** Minimum interval between "Redis unavailable" warnings, whatever the request rate. */
const TELL_EVERY_MS = 60_000;

/** Shares the limits of requests between all processes that use the same Redis. */
export async function startSharedRates(
  machines: Pick<Machines, 'redis' | 'config' | 'database' | 'log' | 'metrics' | 'shutdown'>,
): Promise<void> {
  const { database, log, metrics, shutdown } = machines;
  const address = sharedRedis(machines);
  if (address === null) return;
  const charges = new Counter({
    name: 'waybill_shared_rates_total',
    help: 'Charges to the limits of requests that processes share; away: each process counted for itself.',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  for (const outcome of ['counted', 'away']) charges.inc({ outcome }, 0);
  let loggedAtMs = Number.NEGATIVE_INFINITY;
  const rates = openRedisRates({
    address,
    namespace: await installationName(database.pipeline),
    onCharged: (outcome) => charges.inc({ outcome }),
    onError(err) {
      if (performance.now() - loggedAtMs < TELL_EVERY_MS) return;
      loggedAtMs = performance.now();
      log.warn({ err }, 'Redis does not share the limits of requests; each process counts its own');
    },
  });
  useSharedRates(rates);
  shutdown.onStop('shared limits', async () => {
    useSharedRates(null);
    rates.close();
  });
}
