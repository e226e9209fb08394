import { Command, InvalidArgumentError } from 'commander';
import { addFleetVerbs } from '../fleet/cli/verbs.ts';
import type { PolicyName } from '../poller/index.ts';
import { addMcpVerb } from './agents/verbs.ts';
import { addArchiveVerbs } from './archive/verbs.ts';
import { addBackupVerbs } from './backup/verbs.ts';
import { addCarrierVerbs } from './carrier/verbs.ts';
import { addEddVerbs } from './edd/verbs.ts';
import { addFacilityVerbs } from './facilities/verbs.ts';
import { addIdentityProviderVerbs } from './identity-providers/verbs.ts';
import { addInboxVerbs } from './inbox/verbs.ts';
import { addKeyVerbs } from './keys/verbs.ts';
import { addListenVerb } from './listen/verbs.ts';
import { addMappingVerbs } from './mappings/verbs.ts';
import { addMemberVerbs } from './members/verbs.ts';
import { addMoveVerbs } from './move/verbs.ts';
import { addSandboxVerbs } from './sandbox/verbs.ts';
import { waybillVersion } from './waybill-version.ts';

/**
 * The command line: names, options and help of each verb. A verb's code is in a file of its own and
 * is loaded only when it is called, so that `waybill --help` and the verbs that only compute load
 * no server and no database.
 *
 * Exit codes: 0 done · 1 failed · 2 unusable settings or arguments · 3 the data folder is in use.
 */
export function createProgram(): Command {
  const program = new Command('waybill')
    .exitOverride() // throws instead of ending the process; main.ts says with which code
    .description('The self-hosted, open-source parcel tracking hub.')
    .version(waybillVersion())
    .showHelpAfterError('(`waybill --help` lists the commands)')
    .configureHelp({ showGlobalOptions: true });

  program
    .command('start')
    .description('run the hub: database, webhooks, workers and API')
    .action(async () => {
      const { runStart } = await import('../app/start.ts');
      process.exitCode = await runStart(process.env, async () => {
        const [{ startRoles }, { warmFiles }] = await Promise.all([
          import('../app/roles/roles.ts'),
          import('../app/hub.ts'),
        ]);
        return { startRoles, warmFiles };
      });
    });

  // Hidden: only `start` runs it, as its child process.
  program.command('work', { hidden: true }).action(async () => {
    const { runWorkProcess } = await import('../app/roles/run-work-process.ts');
    await runWorkProcess(process.env);
  });

  program
    .command('migrate')
    .description('migrate the database of DATABASE_URL (or the embedded one)')
    .option('--down', 'undo the latest migration instead')
    .option(
      '--distribute',
      'with --print: migrate, then tell how Citus can spread the schema over servers',
    )
    .option('--print', 'with --distribute: print the statements, run none')
    .action(async (options: { down?: true; distribute?: true; print?: true }) => {
      const { runMigrate, runPrintDistribution } = await import('./migrate.ts');
      if (options.distribute === true || options.print === true) {
        process.exitCode = await runPrintDistribution(process.env, options);
        return;
      }
      process.exitCode = await runMigrate(process.env, options.down === true ? 'down' : 'up');
    });

  program
    .command('upgrade')
    .description(
      'say what this version will change in the database, how long it takes, what to back up',
    )
    .requiredOption('--check', 'change nothing')
    .action(async () => {
      const { runUpgradeCheck } = await import('./upgrade.ts');
      process.exitCode = await runUpgradeCheck(process.env);
    });

  program
    .command('doctor')
    .description('find problems of the hub and how to fix them')
    .option('--json', 'print one JSON object per line')
    .action(async (options: { json?: true }) => {
      const { runDoctor } = await import('./doctor/doctor.ts');
      const { checkCouriers } = await import('../fleet/cli/doctor.ts');
      const form = options.json === true ? 'json' : 'text';
      process.exitCode = await runDoctor(process.env, form, [checkCouriers]);
    });

  addBackupVerbs(program);
  addArchiveVerbs(program);
  addKeyVerbs(program);
  addIdentityProviderVerbs(program);
  addMemberVerbs(program);
  addMoveVerbs(program);
  addSandboxVerbs(program);
  addFacilityVerbs(program);
  addCarrierVerbs(program);
  const mappings = addComputingVerbs(program);
  addEddVerbs(program);
  addFleetVerbs(program);
  addInboxVerbs(program, mappings);
  addMappingVerbs(mappings);
  addListenVerb(program);
  addMcpVerb(program);
  return program;
}

const print = (line: string) => void process.stdout.write(`${line}\n`);
const writeError = (line: string) => void process.stderr.write(`${line}\n`);

/**
 * Adds the verbs that only compute: they start no server and no database. Returns `mappings`, so
 * that more verbs can be added to it.
 */
export function addComputingVerbs(program: Command): Command {
  const mappings = program.command('mappings').description('work with the mapping files');
  mappings
    .command('check')
    .description('compile mapping files and run the tests inside')
    .argument('[files...]', 'single files; default: the active ones, with their overlay')
    .option('--strict', 'also fail on warnings')
    .action(async (files: string[], options: { strict?: true }) => {
      const { mappingsCheck } = await import('./mappings/check.ts');
      const args = { files, strict: options.strict === true, ...(await foldersFromSettings()) };
      process.exitCode = await mappingsCheck(args, print);
    });
  mappings
    .command('coverage')
    .description('show how many of the carriers’ documented codes are mapped')
    .option('--seen', 'also show it for the codes in stored facts')
    .option('--json', 'print a JSON object')
    .action(async (options: { json?: true; seen?: true }) => {
      const args = { json: options.json === true, ...(await foldersFromSettings()) };
      if (options.seen === true) {
        const { observedCoverage } = await import('./mappings/coverage-observed.ts');
        process.exitCode = await observedCoverage(process.env, args, print);
        return;
      }
      const { mappingsCoverage } = await import('./mappings/coverage.ts');
      process.exitCode = await mappingsCoverage(args, print, writeError);
    });

  addPollerVerbs(program);

  program
    .command('detect')
    .description('find the carriers a tracking number may belong to, best first')
    .argument('<numbers...>', 'numbers, or - for lines on stdin')
    .option('--json', 'print one JSON line per number')
    .action(async (numbers: string[], options: { json?: true }) => {
      const { detect } = await import('./detect.ts');
      const args = { numbers, json: options.json === true };
      process.exitCode = await detect(args, process.env, process.stdin, print, writeError);
    });
  return mappings;
}

function addPollerVerbs(program: Command): void {
  const poller = program.command('poller').description('work with the poller');
  poller
    .command('simulate')
    .description('compare polling policies on parcel histories, with the same number of calls')
    .requiredOption('--history <file>', 'parcels to try: JSON lines or CSV, optionally gzipped')
    .option('--train <file>', 'parcels to learn from; default: what the hub starts with')
    .option(
      '--calls-of <policy>',
      'the policy whose number of calls the others may make, or calls per parcel',
      callsOf,
    )
    .option('--budget <times>', 'multiplies that number of calls', positive, 1)
    .option(
      '--relearn-days <days>',
      'relearn every so many days; try the parcels registered after the first time',
      positive,
    )
    .option('--policy <name...>', 'policies to try; default: all', policyNames)
    .option(
      '--ceiling <hours>',
      "longest interval of adaptive; default: the hub's setting",
      positive,
    )
    .option(
      '--floor <minutes>',
      "shortest interval of adaptive; default: the hub's setting",
      positive,
    )
    .option('--svg <file>', 'draw a plot')
    .option('--json', 'print a JSON object')
    .action(async (options: SimulateFlags) => {
      const { pollerSimulate } = await import('./poller-simulate.ts');
      const { readConfig } = await import('../platform/settings/config.ts');
      const { pollingCeilingS, pollingFloorS } = readConfig(process.env);
      const args = {
        train: options.train ?? null,
        history: options.history,
        callsOf: options.callsOf ?? 'fixed',
        budget: options.budget,
        relearnDays: options.relearnDays ?? null,
        policies: options.policy ?? POLICIES,
        ceilingS: options.ceiling === undefined ? pollingCeilingS : options.ceiling * 3_600,
        floorS: options.floor === undefined ? pollingFloorS : options.floor * 60,
        svg: options.svg ?? null,
        json: options.json === true,
      };
      process.exitCode = await pollerSimulate(args, print, writeError);
    });
}

/** As in poller/policy/policy.ts, which is loaded only when needed; the compiler compares them. */
const POLICIES: readonly PolicyName[] = ['fixed', 'flat', 'adaptive'];

interface SimulateFlags {
  readonly history: string;
  readonly train?: string;
  readonly callsOf?: PolicyName | number;
  readonly budget: number;
  readonly relearnDays?: number;
  readonly policy?: readonly PolicyName[];
  readonly ceiling?: number;
  readonly floor?: number;
  readonly svg?: string;
  readonly json?: true;
}

function policyOf(text: string): PolicyName | undefined {
  return POLICIES.find((name) => name === text);
}

function policyNames(text: string, before?: readonly PolicyName[]): readonly PolicyName[] {
  const names = text.split(',').map((name) => {
    const policy = policyOf(name.trim());
    if (policy !== undefined) return policy;
    throw new InvalidArgumentError(`Expected ${POLICIES.join(', ')}.`);
  });
  return [...new Set([...(before ?? []), ...names])];
}

function callsOf(text: string): PolicyName | number {
  const policy = policyOf(text);
  if (policy !== undefined) return policy;
  const calls = Number(text);
  if (text.trim() !== '' && Number.isFinite(calls) && calls > 0) return calls;
  throw new InvalidArgumentError(
    `Expected ${POLICIES.join(', ')} or a number of calls per parcel.`,
  );
}

function positive(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError('Expected a number above 0.');
}

async function foldersFromSettings(): Promise<{
  folder: string;
  overlay?: string;
  sources: { readonly adapters: readonly string[]; readonly data: string };
}> {
  const { readConfig } = await import('../platform/settings/config.ts');
  const { mappings, mappingsOverlay, adapters, data } = readConfig(process.env);
  return {
    folder: mappings,
    sources: { adapters, data },
    ...(mappingsOverlay === null ? {} : { overlay: mappingsOverlay }),
  };
}
