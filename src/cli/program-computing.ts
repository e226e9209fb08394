import { type Command, InvalidArgumentError } from 'commander';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);

/** Verbs that only compute: they start no server and no database. Returns `mappings`, for more. */
export function addComputingVerbs(program: Command): Command {
  const carrier = program.command('carrier').description('work with carriers’ payloads');
  carrier
    .command('parse')
    .description('say what payloads hold, one JSON line a file')
    .argument('<carrier>', 'whose payloads they are')
    .argument('<files...>', 'files with one payload each')
    .option('--kind <kind>', 'track or webhook; without it the shape tells', kindOf)
    .action(async (name: string, files: string[], options: { kind?: 'track' | 'webhook' }) => {
      const { carrierParse } = await import('./carrier-parse.ts');
      const args = { carrier: name, files, kind: options.kind ?? null };
      process.exitCode = await carrierParse(args, process.env, print, complain);
    });

  const mappings = program.command('mappings').description('work with the mapping files');
  mappings
    .command('check')
    .description('compile mapping files and run the tests inside')
    .argument('[files...]', 'single files; none: those in force, with their overlay')
    .action(async (files: string[]) => {
      const { mappingsCheck } = await import('./mappings-check.ts');
      process.exitCode = await mappingsCheck({ files, ...(await foldersFromSettings()) }, print);
    });
  mappings
    .command('coverage')
    .description('how many of the carriers’ documented codes are mapped')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: true }) => {
      const { mappingsCoverage } = await import('./mappings-coverage.ts');
      process.exitCode = await mappingsCoverage(
        { json: options.json === true, ...(await foldersFromSettings()) },
        print,
      );
    });

  program
    .command('detect')
    .description('say whose tracking number it may be, best first')
    .argument('<numbers...>', 'numbers, or - for lines on stdin')
    .option('--json', 'print one JSON line a number')
    .action(async (numbers: string[], options: { json?: true }) => {
      const { detect } = await import('./detect.ts');
      const args = { numbers, json: options.json === true };
      process.exitCode = await detect(args, process.env, process.stdin, print);
    });
  return mappings;
}

async function foldersFromSettings(): Promise<{ folder: string; overlay?: string }> {
  const { readConfig } = await import('../platform/config.ts');
  const { mappings, mappingsOverlay } = readConfig(process.env);
  return { folder: mappings, ...(mappingsOverlay === null ? {} : { overlay: mappingsOverlay }) };
}

function kindOf(text: string): 'track' | 'webhook' {
  if (text === 'track' || text === 'webhook') return text;
  throw new InvalidArgumentError('Expected track or webhook.');
}
