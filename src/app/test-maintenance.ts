import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { createHandshakes } from '../intake/index.ts';
import { openLocalBlobs } from '../platform/blobs.ts';
import type { Clock } from '../platform/clock.ts';
import type { ObjectStore } from '../platform/objects/object-store.ts';
import type { Logger } from '../platform/observability/log.ts';
import { createKeyring, KEY_BYTES } from '../platform/sealing/sealing.ts';
import { readConfig } from '../platform/settings/config.ts';
import { createNotifications, ruleSet } from '../reactions/notifications/index.ts';
import type { TestTracking } from '../tracking/test-tracking.ts';
import { composeDrops } from './drops.ts';
import { startMaintenance } from './maintenance.ts';

export interface TestMaintenance {
  /** Sweeps once, and waits until it is done. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** Maintenance of a hub in a test; sweeps on demand. The test's timers must be fake. */
export async function testMaintenance(
  hub: TestTracking,
  {
    log,
    clock = hub.clock,
    env = {},
    carriers = [],
    archive = null,
  }: {
    readonly log: Logger;
    readonly clock?: Clock;
    readonly env?: Record<string, string>;
    /** The carriers whose terms apply. */
    readonly archive?: ObjectStore | null;
    readonly carriers?: ReturnType<Parameters<typeof startMaintenance>[1]['registry']['list']>;
  },
): Promise<TestMaintenance> {
  const { db, deps } = hub;
  const { randomBytes } = deps;
  const data = await mkdtemp(join(tmpdir(), 'maintenance-'));
  const keyring = createKeyring([Buffer.alloc(KEY_BYTES, 7)], randomBytes);
  const notifications = createNotifications({
    db,
    tracking: deps,
    keyring,
    clock,
    randomBytes,
    log,
    installationRules: ruleSet.parse({ rules: [] }),
    channelsOf: async () => [],
  });
  const machines = {
    database: db,
    clock,
    log,
    config: readConfig(env),
    metrics: new Registry(),
  };
  const drops = await composeDrops({ ...machines, shutdown: { onStop() {} } as never });
  const handshakes = createHandshakes({ db, keyring, clock, randomBytes });
  const registry = { list: () => carriers };
  const parts = {
    archive,
    blobs: openLocalBlobs(data),
    drops,
    handshakes,
    tracking: deps,
    registry,
  };
  const maintenance = startMaintenance(machines, parts, notifications);
  return {
    sweep: () => maintenance.now(),
    async close() {
      await maintenance.stop();
      await rm(data, { recursive: true });
    },
  };
}
