import { formatProblem } from '../../normalization/index.ts';
import { systemWait } from '../../platform/clock.ts';
import { createLog } from '../../platform/observability/log.ts';
import {
  type ActivateOutcome,
  type ActiveMapping,
  type MappingJob,
  mappingJob,
  startRenormalization,
} from '../../tracking/ports/mappings.ts';
import { startJobWorker } from '../../tracking/ports/running.ts';
import { changeLines, changesJson, shortVersion } from './changes.ts';
import { type MappingMachines, withMappings } from './with-mappings.ts';

type Write = (line: string) => void;

export interface SwitchArgs {
  readonly carrier: string;
  /** Whether to renormalize stored history. */
  readonly renormalize: boolean;
  /** Whether to notify people and machines of the resulting changes. */
  readonly notify: boolean;
  /** Whether to wait until that is done, and take part in it. */
  readonly wait: boolean;
  readonly json: boolean;
}

const FAILED = 1;
const UNUSABLE = 2;
const BY = 'cli';

/** Runs `waybill mappings apply CARRIER [VERSION|files|active]`. Resolves with the exit code. */
export function mappingsApply(
  env: NodeJS.ProcessEnv,
  args: SwitchArgs & { readonly version: string },
  write: Write,
  writeError: Write,
): Promise<number> {
  return withSwitch(env, args, write, writeError, async ({ mappings }) => {
    const how = { by: BY, why: 'waybill mappings apply' };
    if (args.version === 'files') return mappings.activateFiles(args.carrier, how);
    const active = mappings.active(args.carrier);
    if (args.version !== 'active') return mappings.activate(args.carrier, args.version, how);
    return active === null ? { outcome: 'unknown_version' } : { outcome: 'activated', active };
  });
}

/** Runs `waybill mappings rollback CARRIER [--to VERSION]`. Resolves with the exit code. */
export function mappingsRollback(
  env: NodeJS.ProcessEnv,
  args: SwitchArgs & { readonly to: string | null },
  write: Write,
  writeError: Write,
): Promise<number> {
  const how = { by: BY, why: 'waybill mappings rollback' };
  return withSwitch(env, args, write, writeError, async ({ mappings }) => {
    const { carrier, to } = args;
    const outcome = await (to === null
      ? mappings.rollback(carrier, how)
      : mappings.activate(carrier, to, how));
    if (outcome.outcome === 'activated' && !args.json) {
      for (const line of rollbackLines(outcome.active)) write(line);
    }
    return outcome;
  });
}

/** Where a rollback came from: another one without a version goes back there. */
function rollbackLines({ carrier, previousVersion }: ActiveMapping): string[] {
  if (previousVersion === null) return [];
  return [
    `${carrier}: rolled back from version ${shortVersion(previousVersion)}; another rollback returns to it, --to selects any other.`,
  ];
}

function withSwitch(
  env: NodeJS.ProcessEnv,
  args: SwitchArgs,
  write: Write,
  writeError: Write,
  step: (machines: MappingMachines) => Promise<ActivateOutcome>,
): Promise<number> {
  return withMappings(env, async (machines) => {
    const { carrier } = args;
    const names = machines.carriers.map(({ name }) => name);
    if (!names.includes(carrier)) {
      writeError(`Unknown carrier ${carrier}; expected one of ${names.join(', ')}.`);
      return UNUSABLE;
    }
    const outcome = await step(machines);
    if (outcome.outcome !== 'activated') {
      for (const line of complaints(outcome, carrier)) writeError(line);
      return FAILED;
    }
    const { version } = outcome.active;
    if (!args.json) write(`${carrier}: version ${shortVersion(version)} is active.`);
    const job = args.renormalize ? await orderRenormalization(machines, args, version) : null;
    if (job === null) {
      if (args.json) write(JSON.stringify({ carrier, version, job: null }));
      return 0;
    }
    return args.wait
      ? waitFor(machines, job, args, write, writeError)
      : reportOrdered(job, version, args, write);
  });
}

function complaints(
  outcome: Exclude<ActivateOutcome, { outcome: 'activated' }>,
  carrier: string,
): string[] {
  if (outcome.outcome === 'invalid') return outcome.problems.map(formatProblem);
  if (outcome.outcome === 'conflict') return ['Somebody else has just switched it; check again.'];
  if (outcome.outcome === 'none_before') {
    return [`${carrier} has no previously active version to return to.`];
  }
  return [
    `${carrier} has no such version, or several match; see \`waybill mappings versions ${carrier}\`.`,
  ];
}

function orderRenormalization(
  { database: db, clock, randomBytes }: MappingMachines,
  { carrier, notify }: SwitchArgs,
  toVersion: string,
): Promise<MappingJob> {
  return startRenormalization({ db, clock, randomBytes }, { carrier, toVersion, notify, by: BY });
}

function reportOrdered(
  { id, carrier }: MappingJob,
  version: string,
  { json }: SwitchArgs,
  write: Write,
): number {
  if (json) write(JSON.stringify({ carrier, version, job: id }));
  else
    write(
      `A hub's worker reads stored history again; \`waybill mappings jobs\` shows the progress (${id}).`,
    );
  return 0;
}

/** A hub's worker may do it faster; without a hub it is done here. */
async function waitFor(
  { database: db, mappings, tracking, clock }: MappingMachines,
  { id, carrier }: MappingJob,
  { json }: SwitchArgs,
  write: Write,
  writeError: Write,
): Promise<number> {
  const worker = startJobWorker({
    db,
    mappings,
    context: tracking.context,
    clock,
    wait: systemWait,
    listener: null,
    log: createLog({ level: 'warn' }),
  });
  try {
    for (;;) {
      await worker.idle();
      const job = await mappingJob({ db }, id);
      if (job === null) throw new Error(`job ${id} no longer exists`);
      if (job.state === 'waiting' || job.state === 'running') {
        await systemWait(CHECK_EVERY_MS);
        continue;
      }
      if (json) {
        const { state, toVersion: version, error } = job;
        write(JSON.stringify({ carrier, version, job: id, state, error, ...changesJson(job) }));
      } else for (const line of changeLines(job)) write(line);
      if (job.shipmentsFailed > 0)
        writeError(`${job.shipmentsFailed} parcels could not be read again; see the log.`);
      if (job.state !== 'done')
        writeError(`The job ended as ${job.state}${job.error ? `: ${job.error}` : ''}.`);
      return job.state === 'done' && job.shipmentsFailed === 0 ? 0 : FAILED;
    }
  } finally {
    await worker.stop();
  }
}

const CHECK_EVERY_MS = 250;
