import { type Command, Option } from 'commander';
import type { RoadVehicle } from '../../prediction/index.ts';

/**
 * Repeats the list of prediction, which is loaded only when needed; the compiler compares the two.
 */
const VEHICLES: readonly RoadVehicle[] = ['foot', 'bike', 'scooter', 'car', 'van'];

const print = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);

interface DriveFlags {
  readonly vehicle: RoadVehicle;
  readonly json?: true;
}

/** Commands for own couriers. */
export function addFleetVerbs(program: Command): void {
  program
    .command('eta')
    .description('how long drives of own couriers take')
    .command('drive')
    .description('ask the configured routing server how long a drive takes now')
    .argument('<from>', 'latitude,longitude')
    .argument('<to>', 'latitude,longitude')
    .addOption(new Option('--vehicle <kind>', 'who drives').choices(VEHICLES).default('van'))
    .option('--json', 'print a JSON object')
    .action(async (from: string, to: string, { vehicle, json }: DriveFlags) => {
      const { etaDrive } = await import('./eta-drive.ts');
      const args = { from, to, vehicle, json: json === true };
      process.exitCode = await etaDrive(args, process.env, print, complain);
    });
}
