import type { Command } from 'commander';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);

/** Verbs for the keys merchants call the API with. */
export function addKeyVerbs(program: Command): void {
  const keys = program.command('keys').description('API keys of merchants');
  keys
    .command('create')
    .description('make a key and print it, this once')
    .option('--merchant <slug>', 'whose; made when there is none of that name', 'default')
    .option('--mode <mode>', 'test or live', 'test')
    .option('--name <name>', 'what it is for', 'made by the operator')
    .option('--scopes <scopes>', 'separated by commas', 'admin')
    .option('--json', 'print one JSON line')
    .action(
      async (options: {
        merchant: string;
        mode: string;
        name: string;
        scopes: string;
        json?: true;
      }) => {
        const { keysCreate } = await import('./keys.ts');
        const wanted = { ...options, json: options.json === true };
        process.exitCode = await keysCreate(process.env, wanted, print, complain);
      },
    );
  keys
    .command('list')
    .description('all that count, without the keys themselves')
    .option('--json', 'print one JSON line each')
    .action(async (options: { json?: true }) => {
      const { keysList } = await import('./keys.ts');
      process.exitCode = await keysList(process.env, { json: options.json === true }, print);
    });
  keys
    .command('revoke')
    .description('refuse a key from now on')
    .argument('<id>')
    .action(async (id: string) => {
      const { keysRevoke } = await import('./keys.ts');
      process.exitCode = await keysRevoke(process.env, id, print, complain);
    });
}
