import { type Command, InvalidArgumentError } from 'commander';
import type { HeldAction } from './held.ts';

/**
 * After this period the embedded server's log and all backups with their personal data are gone.
 */
const KEEP_DAYS = 35;

interface BackupOptions {
  readonly keepDays: number;
  readonly pointInTime?: boolean;
  readonly json?: true;
}

/** Adds the verbs for copies of the hub, running or not. */
export function addBackupVerbs(program: Command): void {
  program
    .command('backup')
    .description('back up the hub, which may be running, to a folder or s3://bucket/prefix')
    .argument('<place>')
    .option('--keep-days <n>', 'remove older backups from there', daysOf, KEEP_DAYS)
    .option('--point-in-time', 'from now on also keep the database’s log there, for `restore --to`')
    .option('--no-point-in-time', 'keep no log there any longer')
    .option('--json', 'print one JSON line')
    .action(async (place: string, options: BackupOptions) => {
      const { runBackup } = await import('./backup.ts');
      const wanted = {
        keepDays: options.keepDays,
        pointInTime: options.pointInTime ?? null,
        json: options.json === true,
      };
      process.exitCode = await runBackup(process.env, place, wanted);
    });
  program
    .command('backups')
    .description('list the backups in a folder or s3://bucket/prefix, the oldest first')
    .argument('<place>')
    .option('--json', 'print one JSON line each')
    .action(async (place: string, options: { json?: true }) => {
      const { runBackups } = await import('./list.ts');
      process.exitCode = await runBackups(process.env, place, options.json === true);
    });
  program
    .command('restore')
    .description('restore the newest backup into WAYBILL_DATA, which must be absent or empty')
    .argument('<place>')
    .option('--backup <id>', 'another than the newest, as `waybill backups` names it')
    .option(
      '--to <time>',
      'as it was then, between two backups, such as 2026-11-22T05:30:00Z (`backup --point-in-time`)',
      instantOf,
    )
    .option(
      '--lost-at <time>',
      'when the old hub stopped, such as 2026-11-22T05:30:00Z; unset, it may have sent until now',
      instantOf,
    )
    .action(async (place: string, options: { backup?: string; to?: number; lostAt?: number }) => {
      const { runRestore } = await import('./restore.ts');
      const wanted = {
        backup: options.backup ?? null,
        toMs: options.to ?? null,
        lostAtMs: options.lostAt ?? null,
      };
      process.exitCode = await runRestore(process.env, place, wanted);
    });
  program
    .command('erase')
    .description('erase shipments by their ids, whoever’s they are, as DELETE /v1/shipments does')
    .argument('<ids...>')
    .action(async (ids: string[]) => {
      const { runErase } = await import('./erase.ts');
      process.exitCode = await runErase(process.env, ids);
    });
  program
    .command('held')
    .description(
      'count the messages that a restore has held back, send them after all, or give them up',
    )
    .argument('[what]', 'release or discard', actionOf)
    .option('--channel <kind>', 'only email, sms, push, webhook or ticket')
    .action(async (what: HeldAction | undefined, options: { channel?: string }) => {
      const { runHeld } = await import('./held.ts');
      process.exitCode = await runHeld(process.env, what ?? 'count', options.channel ?? null);
    });
}

function instantOf(text: string): number {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isFinite(ms)) return ms;
  throw new InvalidArgumentError('Expected a time with its offset, such as 2026-11-22T05:30:00Z.');
}

function actionOf(text: string): HeldAction {
  if (text === 'release' || text === 'discard') return text;
  throw new InvalidArgumentError('Expected release or discard.');
}

function daysOf(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of days, at least 1.');
}
