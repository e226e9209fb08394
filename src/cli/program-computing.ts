import { type Command, InvalidArgumentError } from 'commander';
import type { PolicyName } from '../poller/index.ts';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);

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
      process.exitCode = await mappingsCoverage(args, print, complain);
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
      process.exitCode = await detect(args, process.env, process.stdin, print, complain);
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
      process.exitCode = await pollerSimulate(args, print, complain);
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
  packages: readonly string[];
}> {
  const { readConfig } = await import('../platform/settings/config.ts');
  const { mappings, mappingsOverlay, adapters } = readConfig(process.env);
  return {
    folder: mappings,
    packages: adapters,
    ...(mappingsOverlay === null ? {} : { overlay: mappingsOverlay }),
  };
}
