import { type Command, InvalidArgumentError } from 'commander';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const writeError = (line: string) => void process.stderr.write(`${line}\n`);
const LIMIT = 20;

interface SwitchFlags {
  readonly renormalize?: true;
  readonly notify?: true;
  readonly wait?: true;
  readonly json?: true;
}

/** Adds the verbs for versions of mappings: the active one, another one's effect, and switching. */
export function addMappingVerbs(mappings: Command): void {
  mappings
    .command('diff')
    .description('compare how versions A and B read stored parcels; changes nothing')
    .argument(
      '<a>',
      "a version, active, files (with the hub's overlay), stored (the facts' present readings), or a YAML file",
    )
    .argument('<b>', 'the same, except stored')
    .option('--carrier <carrier>', 'only this carrier; default: every carrier that has both')
    .option('--overlay', 'the YAML files contain overlay rules for the active version')
    .option('--json', 'print one JSON line per carrier')
    .action(async (from: string, to: string, options: DiffFlags) => {
      const { mappingsDiff } = await import('./diff.ts');
      const { carrier = null, overlay = false, json = false } = options;
      const args = { from, to, carrier, overlay, json };
      process.exitCode = await mappingsDiff(process.env, args, print, writeError);
    });

  withSwitchOptions(
    mappings
      .command('apply')
      .description('activate a version, regardless of the files')
      .argument('<carrier>')
      .argument(
        '[version]',
        "a version or a prefix of it, files (with the hub's overlay), or active",
        'files',
      ),
  ).action(async (carrier: string, version: string, flags: SwitchFlags) => {
    const { mappingsApply } = await import('./switch.ts');
    const args = { ...switchArgs(carrier, flags), version };
    process.exitCode = await mappingsApply(process.env, args, print, writeError);
  });

  withSwitchOptions(
    mappings
      .command('rollback')
      .description('activate the previous version; doing so again undoes it')
      .argument('<carrier>')
      .option('--to <version>', 'activate this version instead; a prefix is enough'),
  ).action(async (carrier: string, flags: SwitchFlags & { readonly to?: string }) => {
    const { mappingsRollback } = await import('./switch.ts');
    const args = { ...switchArgs(carrier, flags), to: flags.to ?? null };
    process.exitCode = await mappingsRollback(process.env, args, print, writeError);
  });

  mappings
    .command('versions')
    .description('list all versions that were ever active for a carrier, newest first')
    .argument('<carrier>')
    .option('--limit <n>', 'at most this many', limitOf, LIMIT)
    .option('--json', 'print one JSON line each')
    .action(async (carrier: string, options: { limit: number; json?: true }) => {
      const { mappingsVersions } = await import('./versions.ts');
      const args = { carrier, limit: options.limit, json: options.json === true };
      process.exitCode = await mappingsVersions(process.env, args, print, writeError);
    });

  mappings
    .command('jobs')
    .description('list renormalization jobs and their progress, newest first')
    .option('--carrier <carrier>', 'only this carrier')
    .option('--limit <n>', 'at most this many', limitOf, LIMIT)
    .option('--json', 'print one JSON line each')
    .option('--cancel <id>', 'cancel a waiting or running job; the changes made so far stay')
    .action(async (options: JobsFlags) => {
      const jobs = await import('./jobs.ts');
      const { carrier = null, limit, json = false, cancel } = options;
      process.exitCode =
        cancel === undefined
          ? await jobs.mappingsJobs(process.env, { carrier, limit, json }, print)
          : await jobs.mappingsJobsCancel(process.env, cancel, print, writeError);
    });
}

interface DiffFlags {
  readonly carrier?: string;
  readonly overlay?: true;
  readonly json?: true;
}

interface JobsFlags {
  readonly carrier?: string;
  readonly limit: number;
  readonly json?: true;
  readonly cancel?: string;
}

function withSwitchOptions(command: Command): Command {
  return command
    .option('--renormalize', 'read stored history again with it, in the background')
    .option('--notify', 'also notify merchants and customers of the changes')
    .option('--wait', 'wait until that is done')
    .option('--json', 'print a JSON object');
}

function switchArgs(carrier: string, { renormalize, notify, wait, json }: SwitchFlags) {
  return {
    carrier,
    renormalize: renormalize === true,
    notify: notify === true,
    wait: wait === true,
    json: json === true,
  };
}

function limitOf(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of at least 1.');
}
