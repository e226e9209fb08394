import type { Mapping } from '../../normalization/index.ts';
import { withTransaction } from '../../platform/database/database.ts';
import { createLog } from '../../platform/observability/log.ts';
import type { Loop } from '../../platform/work/loop.ts';
import { startAcme } from '../test-acme.ts';
import type { TestTracking } from '../test-tracking.ts';
import type { JobDeps } from './jobs/job-deps.ts';
import { startJobWorker } from './jobs/job-worker.ts';
import {
  type MappingJob,
  mappingJob,
  type RenormalizationOrder,
  startRenormalization,
} from './jobs/jobs.ts';

/** Tracking with an exchangeable table, and job workers on it. */
export interface TestRenormalize {
  readonly hub: TestTracking;
  /** Sets the active mapping, for the pipeline and for jobs. */
  use(mapping: Mapping): void;
  /** Sets a merchant's own table, for any active mapping. */
  useFor(merchantId: string, table: (base: Mapping) => Mapping): void;
  readonly jobDeps: JobDeps;
  /**
   * Sets the active row in the database, regardless of the mapping in use; null: none, the initial
   * state.
   */
  activate(row: { version: string; overlaysGeneration: number } | null): Promise<void>;
  worker(options?: Partial<JobDeps>): Loop;
  /** Orders it and runs it to its end. */
  renormalize(order?: Partial<RenormalizationOrder>): Promise<MappingJob>;
  close(): Promise<void>;
}

export async function startTestRenormalize(first: Mapping): Promise<TestRenormalize> {
  let current = first;
  const versions = new Map([[first.version, first]]);
  const own = new Map<string, (base: Mapping) => Mapping>();
  const forMerchant = (base: Mapping, merchantId: string) => own.get(merchantId)?.(base) ?? base;
  const mappingOf = async (_carrier: string, version: string) => versions.get(version) ?? null;
  const hub = await startAcme({ forMerchant, mappingOf }, () => current);
  const jobDeps: JobDeps = {
    db: hub.db,
    context: hub.deps.context,
    clock: hub.clock,
    wait: async () => {},
    pace: { rest: async () => {} },
    log: createLog({ level: 'silent' }),
    adoptedMs: 0,
    mappings: {
      current: () => current,
      forMerchant,
      active: () => null,
      load: mappingOf,
      refresh: async () => {},
    },
  };
  const workers: Loop[] = [];
  const worker = (options: Partial<JobDeps> = {}): Loop => {
    const log = createLog({ level: 'silent' });
    const made = startJobWorker({ ...jobDeps, ...options, log, listener: null });
    workers.push(made);
    return made;
  };
  return {
    hub,
    jobDeps,
    worker,
    use(mapping) {
      versions.set(mapping.version, mapping);
      current = mapping;
    },
    useFor(merchantId, table) {
      own.set(merchantId, table);
      const text = `insert into mapping_overlays (carrier, merchant_id, text, generation, updated_at, updated_by)
                    values ('acme', $1, 'rules', 1, now(), 'test') on conflict do nothing`;
      void hub.db.pipeline.query(text, [merchantId]);
    },
    async activate(row) {
      // No role of the product may do this: the active row is only ever replaced.
      await withTransaction(hub.db.pipeline, async (tx) => {
        await tx.query('set local role none');
        await tx.query('delete from active_mappings');
      });
      if (row === null) return;
      const { version, overlaysGeneration } = row;
      await hub.db.pipeline.query(
        `insert into mapping_versions (carrier, version, content, rules, origin, stored_at)
         values ('acme', $1, '{}', 0, 'files', now()) on conflict do nothing`,
        [version],
      );
      await hub.db.pipeline.query(
        `insert into active_mappings (carrier, version, files_version, overlay_generation, generation,
           chosen, overlays_generation, activated_at, activated_by, why)
         values ('acme', $1, $1, 0, 1, false, $2, now(), 'test', 'test')`,
        [version, overlaysGeneration],
      );
    },
    async renormalize(order = {}) {
      const deps = { db: hub.db, clock: hub.clock, randomBytes: hub.deps.randomBytes };
      const { id } = await startRenormalization(deps, {
        carrier: 'acme',
        toVersion: current.version,
        by: 'test',
        ...order,
      });
      const running = worker();
      await running.idle();
      await running.stop();
      const job = await mappingJob(deps, id);
      if (job === null) throw new Error('the job is gone');
      return job;
    },
    async close() {
      for (const each of workers) await each.stop();
      await hub.close();
    },
  };
}
