import type { Command } from 'commander';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);

/** Adds the verbs for the master key, under which everything secret and personal is sealed. */
export function addMasterKeyVerbs(keys: Command): void {
  keys
    .command('rotate')
    .description('create a new master key and seal all data keys under it, while the hub runs')
    .option('--json', 'print one JSON object at the end; progress goes to stderr')
    .action(async (options: { json?: true }) => {
      const { keysRotate } = await import('./rotate.ts');
      const wanted = { json: options.json === true };
      process.exitCode = await keysRotate(process.env, wanted, print, complain);
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
      process.exitCode = await keysForget(process.env, id, print, complain);
    });
}
