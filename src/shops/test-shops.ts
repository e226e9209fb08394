import {
  type RunningSandbox,
  type SandboxCarrier,
  type SandboxShop,
  sandboxClock,
  startSandbox,
} from '../adapters/sandbox-kit/index.ts';
import { shopParcelReader } from '../http/index.ts';
import { createTestHub, type TestHub } from '../http/testing/test-hub.ts';
import type { Tenant } from '../kernel/tenant.ts';
import { createLog } from '../platform/observability/log.ts';
import { type ShopWork, startShops } from './start-shops.ts';

/** A hub with a sandbox shop, both on real HTTP and with the same manual clock. */
export interface TestShops {
  readonly hub: TestHub;
  readonly sandbox: RunningSandbox;
  /** The people in the shop. */
  readonly shop: SandboxShop;
  readonly shopUrl: string;
  /** Where the sandbox answers for it. */
  readonly calledUrl: string;
  readonly tenant: Tenant;
  readonly key: string;
  /** Starts another set of workers, as another process would. */
  startWork(): ShopWork;
  /** Lets this time pass. */
  advance(ms: number): void;
  close(): Promise<void>;
}

export async function startTestShops(
  platform: SandboxCarrier,
  drops: NonNullable<Parameters<typeof createTestHub>[0]>['drops'] = { places: [] },
): Promise<TestShops> {
  const running: { origin: string | null } = { origin: null };
  const hub = await createTestHub({
    drops,
    shopStandIn: (_platform, url) => (new URL(url).host === platform.host ? running.origin : null),
  });
  const sandbox = await startSandbox({
    carriers: [platform],
    clock: sandboxClock(hub.clock, { speed: 1 }),
  });
  const called = `${sandbox.origin}/${platform.name}`;
  running.origin = called;
  const shop = sandbox.shop(platform.name);
  if (shop === null) throw new Error('the sandbox has no shop');
  const { text: key, tenant } = await hub.newKey({ merchant: 'berlin', mode: 'live' });
  const works: ShopWork[] = [];
  return {
    hub,
    sandbox,
    shop,
    tenant,
    key,
    shopUrl:
      platform.host === undefined
        ? `${called}${platform.shopPath ?? ''}`
        : `https://${platform.host}`,
    calledUrl: called,
    startWork() {
      const work = startShopWork(hub);
      works.push(work);
      return work;
    },
    advance: (ms) => hub.clock.advance(ms),
    async close() {
      for (const work of works) await work.stop();
      await sandbox.stop();
      await hub.close();
    },
  };
}

/** Starts the work of a hub's shops. */
export function startShopWork(hub: TestHub): ShopWork {
  const { db, clock, tracking, shops, egress, adapters } = hub;
  return startShops({
    ...{ db, tracking, shops, egress, clock },
    publicUrl: tracking.publicUrl,
    randomBytes: tracking.randomBytes,
    log: createLog({ level: 'silent' }),
    listener: { on: () => () => {} },
    platforms: shops.platforms,
    readParcel: shopParcelReader(adapters),
    random: () => 0.5,
  });
}
