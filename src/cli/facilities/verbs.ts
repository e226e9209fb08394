import { type Command, InvalidArgumentError } from 'commander';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const writeError = (line: string) => void process.stderr.write(`${line}\n`);
const LIMIT = 100;

/** Adds the verbs for facilities of the hub, running or not. */
export function addFacilityVerbs(program: Command): void {
  const facilities = program
    .command('facilities')
    .description('carriers’ facilities: their names, places and time zones');
  facilities
    .command('import')
    .description('import a CSV file for all merchants')
    .argument('<file>')
    .option('--carrier <name>', 'carrier for lines that name none')
    .option('--dry-run', 'report what would happen, without storing anything')
    .option('--partial', 'import the valid lines and skip the others')
    .option('--json', 'print one JSON line')
    .action(async (file: string, options: ImportFlags) => {
      const { facilitiesImport } = await import('./import.ts');
      const wanted = {
        carrier: options.carrier ?? null,
        dryRun: options.dryRun === true,
        partial: options.partial === true,
        json: options.json === true,
      };
      process.exitCode = await facilitiesImport(process.env, file, wanted, print, writeError);
    });
  facilities
    .command('list')
    .description('list facilities for all merchants, entered and learned')
    .option('--carrier <name>')
    .option('--country <code>')
    .option('--type <type>')
    .option('--source <source>', 'csv, api or learned')
    .option('--called <text>', 'with this code, name or alias')
    .option('--limit <n>', 'at most this many', limitOf, LIMIT)
    .option('--json', 'print one JSON line each, with the number of parcels it was learned from')
    .action(async (options: ListFlags) => {
      const { facilitiesList } = await import('./facilities.ts');
      const wanted = {
        carrier: options.carrier ?? null,
        country: options.country ?? null,
        type: options.type ?? null,
        source: options.source ?? null,
        called: options.called ?? null,
        limit: options.limit,
        json: options.json === true,
      };
      process.exitCode = await facilitiesList(process.env, wanted, print, writeError);
    });
  facilities
    .command('remove')
    .description('remove facilities; times already received keep their zone')
    .argument('<ids...>')
    .action(async (ids: string[]) => {
      const { facilitiesRemove } = await import('./facilities.ts');
      process.exitCode = await facilitiesRemove(process.env, ids, print, writeError);
    });
}

interface ImportFlags {
  readonly carrier?: string;
  readonly dryRun?: true;
  readonly partial?: true;
  readonly json?: true;
}

interface ListFlags {
  readonly carrier?: string;
  readonly country?: string;
  readonly type?: string;
  readonly source?: string;
  readonly called?: string;
  readonly limit: number;
  readonly json?: true;
}

function limitOf(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of at least 1.');
}
