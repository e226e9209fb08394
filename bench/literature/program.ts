import { Command, InvalidArgumentError } from 'commander';
import type { PolicyName } from '../../src/fleet/dispatch/index.ts';
import type { VroomServer } from '../../src/platform/net/vroom-server.ts';
import { ConfigError, readConfig } from '../../src/platform/settings/config.ts';
import { dispatchSimulate } from './dispatch-simulate.ts';
import { etaEvaluate } from './eta-evaluate.ts';
import { routesSolve } from './routes-solve.ts';
import { trailSimplify } from './trail-simplify.ts';

/** The exit code for arguments that cannot be used. */
export const UNUSABLE = 2;
/** Limit of the time for one instance; an hour is a mistake. */
const MS_MAX = 3_600_000;
const METRES_MAX = 100_000;
const POLICIES: readonly PolicyName[] = ['rolling', 'greedy'];

const print = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);

interface Output {
  readonly out?: string;
  readonly json?: true;
}

const outputOf = ({ out, json }: Output) => ({ out: out ?? null, json: json === true });

/** Creates the commands of `bench/literature.ts`. */
export function createProgram(): Command {
  const program = new Command('literature')
    .exitOverride()
    .description('Benchmarks from the literature: no server, no database.')
    .showHelpAfterError('(--help lists the options)');
  addSolve(program.command('routes').description('in which order to drive'));
  addSimulate(program.command('dispatch').description('which courier takes what'));
  addEvaluate(program.command('eta').description('how long drives of own couriers take'));
  addSimplify(program.command('trail').description('where couriers were'));
  return program;
}

function addSolve(routes: Command): void {
  interface Flags extends Output {
    readonly ms: number;
    readonly iterations?: number;
    readonly seed: number;
    readonly vroom?: true;
  }
  routes
    .command('solve')
    .description('solve tours of TSPLIB files, and tours with time windows of JSON lines')
    .argument('<files...>', '.tsp files; .jsonl files, optionally gzipped')
    .option('--ms <ms>', 'processor time for each instance', above('milliseconds', MS_MAX), 200)
    .option('--iterations <number>', 'so many iterations instead: always the same answer', count)
    .option('--seed <number>', 'the same seed and iterations give the same answer', count, 1)
    .option('--out <file>', 'also write the JSON lines to this file')
    .option('--json', 'print one JSON line per instance')
    .option('--vroom', 'have VROOM of VROOM_URL solve those with windows; our own search else')
    .action(async (files: string[], flags: Flags) => {
      const vroom = flags.vroom === true ? vroomOf(process.env) : null;
      if (vroom === undefined) {
        process.exitCode = UNUSABLE;
        return;
      }
      const { ms, iterations = null, seed } = flags;
      const args = { files, ms, iterations, seed, vroom, ...outputOf(flags) };
      process.exitCode = await routesSolve(args, print, complain);
    });
}

function addSimulate(dispatch: Command): void {
  interface Flags extends Output {
    readonly orders?: string;
    readonly couriers?: string;
    readonly every: number;
    readonly policy: PolicyName;
  }
  dispatch
    .command('simulate')
    .description('drive past days or public instances by a dispatch policy and score it')
    .argument('[folders...]', 'instances of MDRPLib')
    .option('--orders <file>', 'orders of a day, instead of folders: CSV, optionally gzipped')
    .option('--couriers <file>', 'couriers of that day')
    .option('--every <n>', 'of these couriers use those whose id is divisible by n', every, 1)
    .option('--policy <name>', 'rolling, or greedy to compare with', policyOf, 'rolling')
    .option('--out <file>', 'also write order, courier, assigned, pickup and dropoff as CSV')
    .option('--json', 'print a JSON object')
    .action(async (folders: string[], flags: Flags) => {
      const { orders = null, couriers = null, every, policy } = flags;
      const args = { folders, orders, couriers, every, policy, ...outputOf(flags) };
      process.exitCode = await dispatchSimulate(args, processorMs, print, complain);
    });
}

function addEvaluate(eta: Command): void {
  interface Flags extends Output {
    readonly train: string;
    readonly test: string;
    readonly pings?: readonly string[];
    readonly seed: number;
  }
  eta
    .command('evaluate')
    .description('learn from past drives and predict later ones, against simple baselines')
    .requiredOption('--train <file>', 'drives to learn from: CSV, optionally gzipped')
    .requiredOption('--test <file>', 'later drives, to predict at departure')
    .option('--pings <file...>', 'positions on drives of either file, to predict under way')
    .option('--out <file>', 'write trip, p10, p50, p90 in minutes')
    .option('--seed <number>', 'the same seed gives the same figures', count, 1)
    .option('--json', 'print a JSON object')
    .action(async (flags: Flags) => {
      const { train, test, pings = [], seed } = flags;
      const args = { train, test, pings, seed, ...outputOf(flags) };
      process.exitCode = await etaEvaluate(args, print, complain);
    });
}

function addSimplify(trail: Command): void {
  interface Flags extends Output {
    readonly maxErrorM: number;
  }
  const metres = above('metres', METRES_MAX);
  trail
    .command('simplify')
    .description('keep the fewest points that still say where everybody was when')
    .argument('<file>', 'CSV with trail, t, x, y or trail, ts, lat, lng; .gz is unpacked')
    .option('--max-error-m <metres>', 'how far off a place at a moment may be', metres, 10)
    .option('--out <file>', 'write the points that are left; .gz compresses it')
    .option('--json', 'print a JSON object')
    .action(async (file: string, flags: Flags) => {
      const args = { file, maxErrorM: flags.maxErrorM, ...outputOf(flags) };
      process.exitCode = await trailSimplify(args, print, complain);
    });
}

/** Processor time of this process in ms, which hardly depends on the machine's other work. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function above(unit: string, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (text.trim() !== '' && number > 0 && number <= max) return number;
    throw new InvalidArgumentError(`Expected ${unit}, above 0 and up to ${max}.`);
  };
}

function count(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of at most nine digits.');
}

function every(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number from 1.');
}

function policyOf(text: string): PolicyName {
  const policy = POLICIES.find((name) => name === text);
  if (policy !== undefined) return policy;
  throw new InvalidArgumentError(`Expected ${POLICIES.join(' or ')}.`);
}

/** Reads VROOM's server from the settings; undefined, after saying why, if there is none. */
function vroomOf(env: NodeJS.ProcessEnv): VroomServer | undefined {
  try {
    const { vroom } = readConfig(env);
    if (vroom !== null) return vroom;
    complain('VROOM_URL is not set: set it to where VROOM is, or leave --vroom out');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    complain(error.message);
  }
  return undefined;
}
