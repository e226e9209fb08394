import { type Command, InvalidArgumentError } from 'commander';
import type { PolicyName } from '../../fleet/dispatch/index.ts';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);

interface SimulateFlags {
  readonly orders?: string;
  readonly couriers?: string;
  readonly every: number;
  readonly policy: PolicyName;
  readonly out?: string;
  readonly json?: true;
}

/** `waybill dispatch …`: only computes, with no server and no database. */
export function addDispatchVerbs(program: Command): void {
  const dispatch = program.command('dispatch').description('decide which courier takes what');
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
    .action(async (folders: string[], options: SimulateFlags) => {
      const { dispatchSimulate } = await import('./simulate.ts');
      const args = {
        folders,
        orders: options.orders ?? null,
        couriers: options.couriers ?? null,
        every: options.every,
        policy: options.policy,
        out: options.out ?? null,
        json: options.json === true,
      };
      process.exitCode = await dispatchSimulate(args, processorMs, print, complain);
    });
}

/** Processor time of a decision, independent of the machine's other work. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** As in dispatch/matching/policies.ts, which is loaded only when needed; the compiler compares them. */
const POLICIES: readonly PolicyName[] = ['rolling', 'greedy'];

function policyOf(text: string): PolicyName {
  const policy = POLICIES.find((name) => name === text);
  if (policy !== undefined) return policy;
  throw new InvalidArgumentError(`Expected ${POLICIES.join(' or ')}.`);
}

function every(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number from 1.');
}
