import type { Command } from 'commander';

/** Adds the verbs `waybill archive list|query|restore`. */
export function addArchiveVerbs(program: Command): void {
  const archive = program
    .command('archive')
    .description('ended parcels and couriers’ trails in the archive (WAYBILL_ARCHIVE)');
  archive
    .command('list')
    .description('list the files of the archive, the oldest first')
    .option('--json', 'a line of JSON for each')
    .action(async ({ json = false }: { json?: boolean }) => {
      const { archiveList } = await import('./archive.ts');
      process.exitCode = await archiveList(process.env, json);
    });
  archive
    .command('query')
    .description('print what the archive holds of a tracking number or a courier (cou_…), as JSON')
    .argument('<number>')
    .action(async (number: string) => {
      const { archiveQuery, archiveQueryTrails } = await import('./archive.ts');
      const query = number.startsWith('cou_') ? archiveQueryTrails : archiveQuery;
      process.exitCode = await query(process.env, number);
    });
  archive
    .command('restore')
    .description('bring the parcels of a tracking number back, for their merchants and their pages')
    .argument('<number>')
    .action(async (number: string) => {
      const { archiveRestore } = await import('./archive.ts');
      process.exitCode = await archiveRestore(process.env, number);
    });
}
