import { Command } from 'commander';
import { addFleetVerbs } from '../fleet/cli/verbs.ts';
import { addArchiveVerbs } from './archive/verbs.ts';
import { addBackupVerbs } from './backup/verbs.ts';
import { addCarrierVerbs } from './carrier/verbs.ts';
import { addEddVerbs } from './edd/verbs.ts';
import { addFacilityVerbs } from './facilities/verbs.ts';
import { addIdentityProviderVerbs } from './identity-providers/verbs.ts';
import { addInboxVerbs } from './inbox/verbs.ts';
import { addKeyVerbs } from './keys/verbs.ts';
import { addListenVerb } from './listen/verbs.ts';
import { addMappingVerbs } from './mappings/verbs.ts';
import { addMemberVerbs } from './members/verbs.ts';
import { addComputingVerbs } from './program-computing.ts';
import { addSandboxVerbs } from './sandbox/verbs.ts';
import { waybillVersion } from './waybill-version.ts';

/**
 * The command line: names, options and help of each verb. A verb's code is in a file of its own and
 * is loaded only when it is called, so that `waybill --help` and the verbs that only compute load
 * no server and no database.
 *
 * Exit codes: 0 done · 1 failed · 2 unusable settings or arguments · 3 the data folder is in use.
 */
export function createProgram(): Command {
  const program = new Command('waybill')
    .exitOverride() // throws instead of ending the process; main.ts says with which code
    .description('The self-hosted, open-source parcel tracking hub.')
    .version(waybillVersion())
    .showHelpAfterError('(`waybill --help` lists the commands)')
    .configureHelp({ showGlobalOptions: true });

  program
    .command('start')
    .description('run the hub: database, webhooks, workers and API')
    .action(async () => {
      const { runStart } = await import('../app/start.ts');
      process.exitCode = await runStart(process.env, async () => {
        const [{ startRoles }, { warmFiles }] = await Promise.all([
          import('../app/roles/roles.ts'),
          import('../app/hub.ts'),
        ]);
        return { startRoles, warmFiles };
      });
    });

  // Hidden: only `start` runs it, as its child process.
  program.command('work', { hidden: true }).action(async () => {
    const { runWorkProcess } = await import('../app/roles/work-process.ts');
    await runWorkProcess(process.env);
  });

  program
    .command('migrate')
    .description('migrate the database of DATABASE_URL (or the embedded one)')
    .option('--down', 'undo the latest migration instead')
    .option(
      '--distribute',
      'with --print: migrate, then tell how Citus can spread the schema over servers',
    )
    .option('--print', 'with --distribute: print the statements, run none')
    .action(async (options: { down?: true; distribute?: true; print?: true }) => {
      if (options.distribute === true || options.print === true) {
        const { runPrintDistribution } = await import('./distribute/print-distribution.ts');
        process.exitCode = await runPrintDistribution(process.env, options);
        return;
      }
      const { runMigrate } = await import('./migrate.ts');
      process.exitCode = await runMigrate(process.env, options.down === true ? 'down' : 'up');
    });

  program
    .command('doctor')
    .description('find problems of the hub and how to fix them')
    .option('--json', 'print one JSON object per line')
    .action(async (options: { json?: true }) => {
      const { runDoctor } = await import('./doctor/doctor.ts');
      const { checkCouriers } = await import('../fleet/cli/doctor.ts');
      const form = options.json === true ? 'json' : 'text';
      process.exitCode = await runDoctor(process.env, form, [checkCouriers]);
    });

  addBackupVerbs(program);
  addArchiveVerbs(program);
  addKeyVerbs(program);
  addIdentityProviderVerbs(program);
  addMemberVerbs(program);
  addSandboxVerbs(program);
  addFacilityVerbs(program);
  addCarrierVerbs(program);
  const mappings = addComputingVerbs(program);
  addEddVerbs(program);
  addFleetVerbs(program);
  addInboxVerbs(program, mappings);
  addMappingVerbs(mappings);
  addListenVerb(program);
  return program;
}
