import { type Command, InvalidArgumentError } from 'commander';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);

interface SimplifyOptions {
  readonly maxErrorM: number;
  readonly out?: string;
  readonly json?: true;
}

/** `waybill trail …`: where couriers were. It only computes: no server and no database. */
export function addTrailVerbs(program: Command): void {
  const trail = program.command('trail').description('work with trails of couriers');
  trail
    .command('simplify')
    .description('keep the fewest points that still say where everybody was when')
    .argument('<file>', 'CSV with trail, t, x, y or trail, ts, lat, lng; .gz is unpacked')
    .option('--max-error-m <metres>', 'how far off a place at a moment may be', metres, 10)
    .option('--out <file>', 'write the points that are left; .gz compresses it')
    .option('--json', 'print a JSON object')
    .action(async (file: string, options: SimplifyOptions) => {
      const { trailSimplify } = await import('./simplify.ts');
      const { maxErrorM, out = null } = options;
      const args = { file, maxErrorM, out, json: options.json === true };
      process.exitCode = await trailSimplify(args, print, complain);
    });
}

function metres(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && number > 0 && number <= 100_000) return number;
  throw new InvalidArgumentError('Expected metres: a number above 0, up to 100000.');
}
