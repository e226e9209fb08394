import { logReach } from '../../platform/backups/log/restore-log.ts';
import { openRepository } from '../../platform/backups/repository.ts';
import { readConfig } from '../../platform/settings/config.ts';
import { withComplaints } from './with-complaints.ts';

/**
 * Runs `waybill backups PLACE`. Resolves with the exit code; 1 if one of the backups is damaged.
 */
export function runBackups(env: NodeJS.ProcessEnv, place: string, json: boolean) {
  return withComplaints(async () => {
    const repository = await openRepository(place, readConfig(env));
    let code = 0;
    try {
      const ids = await repository.backups();
      for (const id of ids) {
        try {
          const manifest = await repository.manifest(id);
          const { covers_until, waybill, database, objects } = manifest;
          const reachMs = await logReach(repository, manifest);
          const reach = reachMs === null ? null : new Date(reachMs).toISOString();
          const bytes = (database.kind === 'embedded' ? database.files.bytes : 0) + objects.bytes;
          const line = json
            ? JSON.stringify({
                backup: id,
                state: 'complete',
                covers_until,
                log_until: reach,
                waybill,
                bytes,
              })
            : `${id}  until ${covers_until}  ${(bytes / 1e6).toFixed(1)} MB  Waybill ${waybill}${
                reach === null ? '' : `  with its log to any time until ${reach}`
              }`;
          process.stdout.write(`${line}\n`);
        } catch (error) {
          code = 1;
          process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        }
      }
      for (const id of (await repository.unfinished()).filter((each) => !ids.includes(each))) {
        const line = json
          ? JSON.stringify({ backup: id, state: 'incomplete' })
          : `${id}  incomplete, cannot be restored`;
        process.stdout.write(`${line}\n`);
      }
      return code;
    } finally {
      repository.close();
    }
  });
}
