import { checkDiskSpace } from '../../platform/checkup/machine-checks.ts';
import type { Machines } from '../../platform/machines.ts';

/** Returns what an operator needs to know about the hub's storage, before it is full and after. */
export function storageTrouble({
  config,
  writeFailures,
}: Pick<Machines, 'writeFailures'> & {
  readonly config: Pick<Machines['config'], 'data' | 'databaseUrl' | 's3'>;
}): readonly string[] {
  const refused = writeFailures.recent();
  return [
    ...(refused === null ? [] : [`writes: failed within the last minute, because ${refused}`]),
    ...lowSpace(config),
  ];
}

/**
 * Says nothing if the folder contains nothing that grows: the database is elsewhere, and files are
 * in a bucket.
 */
function lowSpace({ data, databaseUrl, s3 }: Parameters<typeof storageTrouble>[0]['config']) {
  if (databaseUrl !== null && s3 !== null) return [];
  const { verdict, found } = checkDiskSpace(data);
  return verdict === 'ok' ? [] : [`disk space: ${found}`];
}
