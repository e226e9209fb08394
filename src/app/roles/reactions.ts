import type { Machines } from '../../platform/machines.ts';
import { createHttpClient } from '../../platform/net/http-client.ts';
import { startCounting } from '../../reactions/analytics/index.ts';
import { predictCaseOutcome, startExceptions } from '../../reactions/exceptions/index.ts';
import { startFigures } from '../../reactions/figures/figures.ts';
import { startLinks } from '../../reactions/links/links.ts';
import { startMerchantWebhooks } from '../../reactions/merchant-webhooks/index.ts';
import {
  learnInChildProcess,
  startComparing,
  startLearning,
  startPredicting,
} from '../../reactions/predictions/index.ts';
import {
  CALL_MS_MAX,
  openPurgers,
  type PurgerConfig,
  startPurges,
} from '../../reactions/purges/index.ts';
import type { Hub } from '../hub.ts';
import { startNotifying } from '../notifying.ts';
import type { Parts } from '../parts.ts';
import { startKafka } from './kafka.ts';
import { registerReactionGauges } from './reaction-gauges.ts';

/**
 * Starts the consumers of the log, each with a cursor of its own.
 *
 * @param isBehind whether the inbox is slow, so that dates and figures can wait.
 * @param givesWay whether learning and statistics should wait.
 * @param standsBack whether somebody waits for a courier, so that everything here runs in larger
 * batches.
 */
export async function startReactions(
  machines: Machines,
  hub: Hub,
  parts: Parts,
  {
    isBehind: isInboxBehind,
    givesWay,
    standsBack,
  }: Record<'isBehind' | 'givesWay' | 'standsBack', () => boolean>,
): Promise<void> {
  const isBehind = () => isInboxBehind() || standsBack();
  const isLate = () => isBehind() || givesWay();
  const { log, metrics, listener, shutdown, clock, database: db } = machines;
  registerReactionGauges(machines);
  const figures = startFigures({ db, listener, log, metrics, givesWay: isLate });
  shutdown.onStop('figures', () => figures.stop());
  const counting = startCounting({ tracking: hub.tracking, listener, log, givesWay: isLate });
  shutdown.onStop('analytics', () => counting.stop());
  const links = startLinks({ tracking: hub.tracking, registry: hub.registry, listener, log });
  shutdown.onStop('links', () => links.stop());
  const webhooks = startMerchantWebhooks({
    ...{ ...hub.webhooks, listener, log, metrics },
    givesWay: standsBack,
  });
  shutdown.onStop('merchant webhooks', () => webhooks.stop());
  const exceptions = startExceptions({
    ...{ ...parts.exceptions, listener },
    givesWay: standsBack,
  });
  shutdown.onStop('exceptions', () => exceptions.stop());
  startNotifying(machines, hub, parts.notifying, parts.publicUrl, {
    predictCaseOutcome: (tenant, shipmentId) =>
      predictCaseOutcome(parts.exceptions, tenant, shipmentId),
    givesWay: standsBack,
  });
  const predicting = startPredicting({
    ...parts.predicting,
    listener,
    log,
    givesWay: isBehind,
  });
  shutdown.onStop('predictions', () => predicting.stop());
  const comparing = startComparing({ db, log, givesWay: isBehind });
  shutdown.onStop('compared dates', () => comparing.stop());
  await hub.fleet?.startReactions(parts, standsBack);
  const learning = startLearning({
    db,
    databaseUrl: machines.databaseUrl,
    clock,
    log,
    listener,
    terms: parts.predicting.learning,
    learn: learnInChildProcess({ givesWay: true }),
    givesWay,
  });
  shutdown.onStop('learning', () => learning.stop());
  await startKafka(machines);
  if (parts.purgers.length > 0) startPurging(machines, parts.purgers);
}

function startPurging(
  { log, metrics, listener, shutdown, clock, database: db }: Machines,
  configs: readonly PurgerConfig[],
): void {
  const http = createHttpClient({ timeoutMs: CALL_MS_MAX });
  const purgers = openPurgers(configs, http, () => clock.nowMs());
  const purges = startPurges({ db, purgers, listener, clock, log, metrics });
  shutdown.onStop('cache purges', async () => {
    await purges.stop();
    http.close();
  });
  log.info({ caches: purgers.map(({ name }) => name) }, 'announcing changes to caches');
}
