import { writeFileSync } from 'node:fs';
import inspector from 'node:inspector/promises';
import { join } from 'node:path';
import { systemClock, systemRandom } from '../../src/platform/clock.ts';
import { openDatabase } from '../../src/platform/database/database.ts';
import { openListener } from '../../src/platform/database/listen.ts';
import { createEgress } from '../../src/platform/net/egress.ts';
import { createLog } from '../../src/platform/observability/log.ts';
import { createMetrics } from '../../src/platform/observability/metrics.ts';
import { createKeyring } from '../../src/platform/sealing/sealing.ts';
import { startMerchantWebhooks } from '../../src/reactions/merchant-webhooks/index.ts';

/** The engine of merchants' webhooks in a process of its own, without the rest of a worker. */
const { DATABASE_URL: url = '', MASTER_KEY = '', WAYBILL_PROFILE: profile } = process.env;
const db = openDatabase({ url });
const listener = openListener({ url });
await listener.ready;
const egress = createEgress({ allow: ['127.0.0.0/8'] });
const engine = startMerchantWebhooks({
  db,
  listener,
  clock: systemClock,
  randomBytes: systemRandom,
  keyring: createKeyring([Buffer.from(MASTER_KEY, 'hex')], systemRandom),
  post: (request) => egress.post(request),
  log: createLog({ level: 'warn' }),
  metrics: createMetrics(),
});
await engine.idle();
const session = new inspector.Session();
if (profile !== undefined) {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
}
// The benchmark fills the log while this process is stopped.
process.stdout.write(`${JSON.stringify({ url: `http://none/${process.pid}` })}\n`);
process.once('SIGTERM', async () => {
  if (profile !== undefined) {
    const { profile: cpuProfile } = await session.post('Profiler.stop');
    writeFileSync(join(profile, 'webhooks.cpuprofile'), JSON.stringify(cpuProfile));
  }
  await engine.stop();
  egress.close();
  await listener.close();
  await db.end();
  process.exit(0);
});
