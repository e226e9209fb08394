import { setTimeout as pause } from 'node:timers/promises';
import type { Registry } from '../../../adapters/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Egress } from '../../../platform/net/egress.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { TrackingDeps } from '../../../tracking/ports/shipments.ts';
import { READABLE_SERVICES, type ReadableService } from '../services.ts';
import { type MoveProgress, moveIn, NOT_MOVED } from './move-in.ts';
import { progressBefore, progressFile, readProgress, writeProgress } from './progress-file.ts';
import { PUBLIC_URLS, readService } from './read-service.ts';
import { type ServiceFault, ServiceUnavailable } from './service-client.ts';

/** A move as the console shows it. */
export interface ShownMove {
  readonly service: ReadableService;
  readonly isDryRun: boolean;
  readonly isRunning: boolean;
  readonly progress: MoveProgress;
  /** Why it ended early; null: it did not, or the hub was stopped. */
  readonly fault: ServiceFault | 'hub' | null;
}

/** Moves that the console starts. They run in this process, one per merchant and mode. */
export interface Moves {
  /** Returns the running move, else the latest; null: there was none. */
  find(tenant: Tenant): Promise<ShownMove | null>;
  /**
   * Starts a move, or continues one that was cut. Returns false if one is running. The key is held
   * in memory until it has ended.
   */
  start(tenant: Tenant, wanted: WantedMove): Promise<boolean>;
  /** Ends all moves after the page that they are storing; resolves when they have ended. */
  stop(): Promise<void>;
}

export interface WantedMove {
  readonly service: ReadableService;
  readonly key: string;
  readonly isDryRun: boolean;
}

export interface MovesDeps {
  readonly tracking: TrackingDeps;
  readonly registry: Registry;
  readonly egress: Pick<Egress, 'get'>;
  /** The data folder, for the progress. */
  readonly data: string;
  readonly log: Pick<Logger, 'error'>;
  /** Where the services are; absent: at their public addresses. */
  readonly urls?: Readonly<Record<ReadableService, string>>;
}

/** A page is stored within a second; a service that does not answer must not delay the stop. */
const STOPPED_AFTER_MS = 3_000;

export function createMoves(deps: MovesDeps): Moves {
  const latest = new Map<string, ShownMove>();
  const running = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  const nameOf = ({ merchantId, mode }: Tenant) => `${merchantId} ${mode}`;

  async function run(tenant: Tenant, wanted: WantedMove, before: MoveProgress): Promise<void> {
    const { service, isDryRun } = wanted;
    const name = nameOf(tenant);
    let shown: ShownMove = { service, isDryRun, isRunning: true, progress: before, fault: null };
    const show = (more: Partial<ShownMove>) => {
      shown = { ...shown, ...more };
      latest.set(name, shown);
    };
    show({});
    try {
      const file = progressFile(deps.data, tenant, service);
      await moveIn(deps.tracking, tenant, pagesOf(deps, tenant, wanted, before, stopping.signal), {
        ...{ service, isDryRun, before },
        onProgress: async (progress) => {
          if (!isDryRun) await writeProgress(file, wanted.key, progress);
          show({ progress });
          return !stopping.signal.aborted;
        },
      });
    } catch (error) {
      if (!stopping.signal.aborted) {
        const isTheirs = error instanceof ServiceUnavailable;
        if (!isTheirs) deps.log.error({ err: error }, 'a move from another service failed');
        show({ fault: isTheirs ? error.fault : 'hub' });
      }
    } finally {
      show({ isRunning: false });
      running.delete(name);
    }
  }

  return {
    async find(tenant) {
      const known = latest.get(nameOf(tenant));
      if (known !== undefined) return known;
      const stored: ShownMove[] = [];
      for (const service of READABLE_SERVICES) {
        const progress = await readProgress(progressFile(deps.data, tenant, service));
        if (progress === null) continue;
        stored.push({ service, isDryRun: false, isRunning: false, progress, fault: null });
      }
      // A move that was cut is to be continued; one that is finished needs nothing.
      return stored.find(({ progress }) => !progress.isFinished) ?? stored[0] ?? null;
    },

    async start(tenant, wanted) {
      const name = nameOf(tenant);
      if (running.has(name) || stopping.signal.aborted) return false;
      const begun = (async () => {
        const file = progressFile(deps.data, tenant, wanted.service);
        await run(
          tenant,
          wanted,
          wanted.isDryRun ? NOT_MOVED : await progressBefore(file, wanted.key),
        );
      })();
      running.set(name, begun);
      return true;
    },

    async stop() {
      stopping.abort();
      const left = pause(STOPPED_AFTER_MS, undefined, { ref: false });
      await Promise.race([Promise.all(running.values()), left]);
    },
  };
}

function pagesOf(
  { egress, tracking, registry, urls = PUBLIC_URLS }: MovesDeps,
  { mode }: Tenant,
  { service, key }: WantedMove,
  before: MoveProgress,
  signal: AbortSignal,
) {
  const reading = {
    egress,
    pause: (ms: number) => pause(ms, undefined, { signal }),
    nowMs: () => tracking.clock.nowMs(),
  };
  return readService(reading, registry, { service, key, mode, url: urls[service] }, before.cursor);
}
