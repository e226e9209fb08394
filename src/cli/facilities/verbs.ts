import { type Command, InvalidArgumentError } from 'commander';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);
const LIMIT = 100;

/** Verbs about the buildings that parcels pass, of the hub, running or not. */
export function addFacilityVerbs(program: Command): void {
  const facilities = program
    .command('facilities')
    .description('buildings that parcels pass: their names, places and time zones');
  facilities
    .command('import')
    .description('make those of a CSV file known to all merchants')
    .argument('<file>')
    .option('--carrier <name>', 'whose they are, where a line names none')
    .option('--dry-run', 'say what would happen, and keep nothing')
    .option('--partial', 'keep the good lines beside bad ones')
    .option('--json', 'print one JSON line')
    .action(async (file: string, options: ImportFlags) => {
      const { facilitiesImport } = await import('./import.ts');
      const wanted = {
        carrier: options.carrier ?? null,
        dryRun: options.dryRun === true,
        partial: options.partial === true,
        json: options.json === true,
      };
      process.exitCode = await facilitiesImport(process.env, file, wanted, print, complain);
    });
  facilities
    .command('list')
    .description('those of all merchants: entered and learned')
    .option('--carrier <name>')
    .option('--country <code>')
    .option('--type <type>')
    .option('--source <source>', 'csv, api or learned')
    .option('--called <text>', 'by that code, name or alias')
    .option('--limit <n>', 'at most so many', limitOf, LIMIT)
    .option('--json', 'print one JSON line each, with how many parcels named it')
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
      process.exitCode = await facilitiesList(process.env, wanted, print, complain);
    });
  facilities
    .command('remove')
    .description('forget them; times that were received keep their zone')
    .argument('<ids...>')
    .action(async (ids: string[]) => {
      const { facilitiesRemove } = await import('./facilities.ts');
      process.exitCode = await facilitiesRemove(process.env, ids, print, complain);
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
  throw new InvalidArgumentError('Expected a whole number from 1.');
}
