import { type Command, InvalidArgumentError, Option } from 'commander';
import type { MoveFromOptions, MoveToOptions } from './move.ts';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const writeError = (line: string) => void process.stderr.write(`${line}\n`);

type Service = MoveFromOptions['service'];
/** As in http/compat/services.ts, which is loaded only when needed; the compiler compares them. */
const SERVICE_SET: Readonly<Record<Service, true>> = { easypost: true, aftership: true, csv: true };
const SERVICES = Object.keys(SERVICE_SET) as readonly Service[];

/** Adds the verbs that move parcels with their history from other services, and back. */
export function addMoveVerbs(program: Command): void {
  const move = program
    .command('move')
    .description('move parcels with ids and history from another service, or to one');
  move
    .command('from')
    .description('read all parcels of the service; nobody is notified. Continues after a cut')
    .argument('<service>', SERVICES.join(', '), serviceOf)
    .argument('[file]', 'the CSV file, for csv')
    .addOption(merchantOption())
    .addOption(modeOption())
    .option('--key-file <file>', 'a file with the API key; default: WAYBILL_MOVE_KEY')
    .option('--url <url>', "the service's API, if it is not the public one")
    .option('--dry-run', 'only count, and show what would be refused')
    .option('--restart', 'begin at the newest parcel again, after a cut')
    .option('--json', 'print the report as a JSON object; progress goes to stderr')
    .action(async (service: Service, file: string | undefined, options: FromFlags) => {
      const { moveFrom } = await import('./move.ts');
      const { dryRun, restart, json, keyFile, url, ...rest } = options;
      const wanted = {
        ...{ ...rest, service, file: file ?? null, keyFile: keyFile ?? null, url: url ?? null },
        ...{ isDryRun: dryRun === true, isRestarted: restart === true, json: json === true },
      };
      process.exitCode = await moveFrom(process.env, wanted, print, writeError);
    });
  move
    .command('to')
    .description('write all parcels to a file, in the form of the service')
    .argument('<service>', SERVICES.join(', '), serviceOf)
    .argument('<file>', 'the file to write; - writes to stdout')
    .addOption(merchantOption())
    .addOption(modeOption())
    .action(async (service: Service, file: string, options: ToFlags) => {
      const { moveTo } = await import('./move.ts');
      process.exitCode = await moveTo(process.env, { ...options, service, file }, writeError);
    });
}

type ToFlags = Pick<MoveToOptions, 'merchant' | 'mode'>;
interface FromFlags extends Pick<MoveFromOptions, 'merchant' | 'mode'> {
  readonly keyFile?: string;
  readonly url?: string;
  readonly dryRun?: true;
  readonly restart?: true;
  readonly json?: true;
}

function merchantOption(): Option {
  return new Option('--merchant <slug>', 'whose parcels they are').default('default');
}

function modeOption(): Option {
  return new Option('--mode <mode>', 'of the parcels').choices(['live', 'test']).default('live');
}

function serviceOf(text: string): Service {
  const service = SERVICES.find((each) => each === text);
  if (service !== undefined) return service;
  throw new InvalidArgumentError(`Expected ${SERVICES.join(', ')}.`);
}
