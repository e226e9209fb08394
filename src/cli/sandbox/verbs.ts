import { type Command, InvalidArgumentError } from 'commander';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const writeError = (line: string) => void process.stderr.write(`${line}\n`);

/** Adds the verbs for the carriers that ship with the hub. They start no database. */
export function addSandboxVerbs(program: Command): void {
  const sandbox = program.command('sandbox').description('simulated carriers to try the hub with');
  sandbox
    .command('list')
    .description('list the scenarios and the numbers that always follow them')
    .argument('[carrier]', "only this carrier's")
    .option('--json', 'print one JSON line per scenario')
    .action(async (carrier: string | undefined, options: { json?: true }) => {
      const { sandboxList } = await import('./list.ts');
      const packages = await packagesFromSettings();
      const wanted = { carrier: carrier ?? null, json: options.json === true, packages };
      process.exitCode = await sandboxList(wanted, print, writeError);
    });
  sandbox
    .command('serve')
    .description('run them separately, on loopback, with controls at /_control')
    .option('--port <port>', 'where to listen; 0 takes any free one', numberOf(65_535), 0)
    .option(
      '--speed <times>',
      'how many times faster than real time; 0 stops the clock',
      numberOf(1e6),
      1,
    )
    .option('--seed <text>', 'the same seed gives the same scenarios', 'waybill')
    .action(async (options: { port: number; speed: number; seed: string }) => {
      const { sandboxServe } = await import('./serve.ts');
      const packages = await packagesFromSettings();
      process.exitCode = await sandboxServe({ ...options, packages }, print, writeError);
    });
}

async function packagesFromSettings(): Promise<readonly string[]> {
  const { readConfig } = await import('../../platform/settings/config.ts');
  return readConfig(process.env).adapters;
}

function numberOf(max: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,7}$/.test(text) && Number(text) <= max) return Number(text);
    throw new InvalidArgumentError(`Expected a whole number from 0 to ${max}.`);
  };
}
