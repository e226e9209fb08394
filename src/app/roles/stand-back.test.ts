import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import type { Machines } from '../../platform/machines.ts';
import { startCounting } from '../../reactions/analytics/index.ts';
import { startExceptions } from '../../reactions/exceptions/index.ts';
import { startFigures } from '../../reactions/figures/figures.ts';
import { startMerchantWebhooks } from '../../reactions/merchant-webhooks/index.ts';
import { startComparing, startPredicting } from '../../reactions/predictions/index.ts';
import { startImports, startInboxWorker } from '../../tracking/ports/running.ts';
import type { Fleet } from '../fleet.ts';
import type { Hub } from '../hub.ts';
import { startNotifying } from '../notifying.ts';
import type { Parts } from '../parts.ts';
import { startShopWork } from '../shop-work.ts';
import { startWorkerRole } from './worker.ts';

// An earlier file of this process may have loaded the modules that are mocked here.
vi.hoisted(() => vi.resetModules());
/** Everything is wired, but nothing runs. */
vi.mock('../../platform/backups/list-erasures.ts');
vi.mock('../../platform/event-log/dead-entries.ts');
vi.mock('../../platform/partitions/keep-partitions.ts');
vi.mock('../../reactions/analytics/index.ts');
vi.mock('../../reactions/exceptions/index.ts');
vi.mock('../../reactions/figures/figures.ts');
vi.mock('../../reactions/links/links.ts');
vi.mock('../../reactions/merchant-webhooks/index.ts');
vi.mock('../../reactions/predictions/index.ts');
vi.mock('../../tracking/ports/running.ts');
vi.mock('../drops.ts', () => ({ startDropRunners: () => () => false }));
vi.mock('../maintenance.ts', () => ({ startMaintenance: vi.fn() }));
vi.mock('../notifying.ts', () => ({ startNotifying: vi.fn() }));
vi.mock('../shop-work.ts', () => ({ startShopWork: vi.fn() }));
vi.mock('./kafka.ts', () => ({ startKafka: vi.fn() }));
vi.mock('./kafka-in.ts', () => ({ startKafkaScans: vi.fn() }));
vi.mock('./partitioned-tables.ts', () => ({ partitionedTables: () => [] }));
vi.mock('./reaction-gauges.ts');

const machines = {
  log: { warn() {} },
  listener: { on: () => () => {} },
  shutdown: { onStop: () => {} },
  config: { databaseUrl: 'postgres://elsewhere' },
  database: {},
} as Partial<Record<keyof Machines, unknown>> as Machines;
const search = { isRush: false };
const fleet = {
  startReactions: vi.fn<Fleet['startReactions']>(),
  startDispatch: vi.fn<Fleet['startDispatch']>().mockResolvedValue(search),
};
const hub = { tracking: {}, webhooks: {}, fleet } as Partial<Record<keyof Hub, unknown>> as Hub;
const polling = { polling: { refresh: async () => ({}) } };
const parts = {
  hub,
  polling,
  predicting: {},
  exceptions: {},
  notifying: {},
  purgers: [],
} as Partial<Record<keyof Parts, unknown>> as Parts;

// Test files share a worker's modules: the next file must not get those that imported a mock.
afterAll(() => {
  vi.resetModules();
});

beforeEach(() => {
  vi.mocked(startInboxWorker).mockReturnValue({
    isBehind: false,
  } as ReturnType<typeof startInboxWorker>);
  vi.mocked(startImports).mockReturnValue({
    isRegistering: () => false,
  } as ReturnType<typeof startImports>);
});

it('consumers of the log and polls yield while the matcher is in burst mode', async () => {
  const isBehind = await startWorkerRole(machines, parts, { sheds: () => false });
  const requested = {
    webhooks: vi.mocked(startMerchantWebhooks).mock.lastCall?.[0].givesWay,
    cases: vi.mocked(startExceptions).mock.lastCall?.[0].givesWay,
    messages: vi.mocked(startNotifying).mock.lastCall?.[4]?.givesWay,
    shops: vi.mocked(startShopWork).mock.lastCall?.[2],
    fleet: fleet.startReactions.mock.lastCall?.[1],
    dates: vi.mocked(startPredicting).mock.lastCall?.[0].givesWay,
    compared: vi.mocked(startComparing).mock.lastCall?.[0].givesWay,
    figures: vi.mocked(startFigures).mock.lastCall?.[0].givesWay,
    charts: vi.mocked(startCounting).mock.lastCall?.[0].givesWay,
    polls: isBehind,
  };
  const said = () =>
    Object.fromEntries(Object.entries(requested).map(([name, givesWay]) => [name, givesWay?.()]));
  const all = (is: boolean) => Object.fromEntries(Object.keys(requested).map((name) => [name, is]));
  expect(said()).toEqual(all(false));
  search.isRush = true;
  expect(said()).toEqual(all(true));
});
