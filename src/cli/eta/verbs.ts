import { type Command, InvalidArgumentError, Option } from 'commander';
import type { RoadVehicle } from '../../prediction/index.ts';

/** As in prediction, which is loaded only when needed; the compiler compares them. */
const VEHICLES: readonly RoadVehicle[] = ['foot', 'bike', 'scooter', 'car', 'van'];

const print = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);

interface DriveOptions {
  readonly vehicle: RoadVehicle;
  readonly json?: true;
}

interface EvaluateOptions {
  readonly train: string;
  readonly test: string;
  readonly pings?: readonly string[];
  readonly out?: string;
  readonly seed: number;
  readonly json?: true;
}

/** `waybill eta …`: how long a drive takes. It only computes: no server and no database. */
export function addEtaVerbs(program: Command): void {
  const eta = program.command('eta').description('how long drives of own couriers take');
  eta
    .command('evaluate')
    .description('learn from past drives and predict later ones, against simple baselines')
    .requiredOption('--train <file>', 'drives to learn from: CSV, optionally gzipped')
    .requiredOption('--test <file>', 'later drives, to predict at departure')
    .option('--pings <file...>', 'positions on drives of either file, to predict under way')
    .option('--out <file>', 'write trip, p10, p50, p90 in minutes')
    .option('--seed <number>', 'the same seed gives the same figures', seed, 1)
    .option('--json', 'print a JSON object')
    .action(async (options: EvaluateOptions) => {
      const { etaEvaluate } = await import('./evaluate.ts');
      const { pings = [], out = null } = options;
      const args = { ...options, pings, out, json: options.json === true };
      process.exitCode = await etaEvaluate(args, print, complain);
    });
  eta
    .command('drive')
    .description('ask the configured routing server how long a drive takes now')
    .argument('<from>', 'latitude,longitude')
    .argument('<to>', 'latitude,longitude')
    .addOption(new Option('--vehicle <kind>', 'who drives').choices(VEHICLES).default('van'))
    .option('--json', 'print a JSON object')
    .action(async (from: string, to: string, options: DriveOptions) => {
      const { etaDrive } = await import('./drive.ts');
      const args = { from, to, vehicle: options.vehicle, json: options.json === true };
      process.exitCode = await etaDrive(args, process.env, print, complain);
    });
}

function seed(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of at most nine digits.');
}
