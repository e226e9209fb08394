import { type Command, Option } from 'commander';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const writeError = (line: string) => void process.stderr.write(`${line}\n`);

/** Adds the verbs for the keys with which merchants and operators call the API. */
export function addKeyVerbs(program: Command): void {
  const keys = program
    .command('keys')
    .description('API keys of merchants and operators, and the master key');
  keys
    .command('create')
    .description('create a key and print it, only this once')
    .option('--merchant <slug>', 'the merchant; created if it does not exist', 'default')
    .option('--mode <mode>', 'test or live', 'test')
    .option('--name <name>', 'what it is for', 'made by the operator')
    .option('--scopes <scopes>', 'separated by commas', 'admin')
    .addOption(
      new Option('--ops', "create an operator's key, for the console and its API").conflicts([
        'opsRead',
        'scopes',
        'merchant',
        'mode',
      ]),
    )
    .addOption(
      new Option('--ops-read', "create a read-only operator's key").conflicts([
        'scopes',
        'merchant',
        'mode',
      ]),
    )
    .option('--json', 'print one JSON line')
    .action(
      async (options: {
        merchant: string;
        mode: string;
        name: string;
        scopes: string;
        json?: true;
        ops?: true;
        opsRead?: true;
      }) => {
        const { keysCreate } = await import('./keys.ts');
        const { merchant, mode, name, scopes } = options;
        const wanted = {
          merchant,
          mode,
          name,
          scopes,
          json: options.json === true,
          ...(options.ops === true ? { ops: 'write' as const } : {}),
          ...(options.opsRead === true ? { ops: 'read' as const } : {}),
        };
        process.exitCode = await keysCreate(process.env, wanted, print, writeError);
      },
    );
  keys
    .command('list')
    .description('list all valid keys, without the keys themselves')
    .option('--json', 'print one JSON line each')
    .action(async (options: { json?: true }) => {
      const { keysList } = await import('./keys.ts');
      process.exitCode = await keysList(process.env, { json: options.json === true }, print);
    });
  keys
    .command('revoke')
    .description('revoke a key')
    .argument('<id>')
    .action(async (id: string) => {
      const { keysRevoke } = await import('./keys.ts');
      process.exitCode = await keysRevoke(process.env, id, print, writeError);
    });
  addMasterKeyVerbs(keys);
}

/** Adds the verbs for the master key, under which everything secret and personal is sealed. */
function addMasterKeyVerbs(keys: Command): void {
  keys
    .command('rotate')
    .description('create a new master key and seal all data keys under it, while the hub runs')
    .option('--json', 'print one JSON object at the end; progress goes to stderr')
    .action(async (options: { json?: true }) => {
      const { keysRotate } = await import('./rotate.ts');
      const wanted = { json: options.json === true };
      process.exitCode = await keysRotate(process.env, wanted, print, writeError);
    });
  keys
    .command('status')
    .description('show how much each master key is still needed for')
    .option('--json', 'print a JSON object')
    .action(async (options: { json?: true }) => {
      const { keysStatus } = await import('./rotate.ts');
      process.exitCode = await keysStatus(process.env, { json: options.json === true }, print);
    });
  keys
    .command('forget')
    .description('remove a master key that nothing needs from the key file')
    .argument('<id>', 'the id shown by `keys status`')
    .action(async (id: string) => {
      const { keysForget } = await import('./rotate.ts');
      process.exitCode = await keysForget(process.env, id, print, writeError);
    });
}
