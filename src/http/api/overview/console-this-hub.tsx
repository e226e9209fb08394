import { useMessages, useNumbers } from '../../console/kit/language.ts';
import { Filled, Instant } from '../../console/kit/pieces.tsx';
import type { overviewOf } from './routes.ts';

export const BACKUPS = '/docs/guides/operators#backup-and-restore';

interface ThisHubProps {
  readonly overview: Awaited<ReturnType<typeof overviewOf>>;
  readonly nowMs: number;
}

/** Facts in which nothing is good or bad, in a line. */
export function ThisHub({ overview: { system }, nowMs }: ThisHubProps) {
  const { thisHub: words } = useMessages().console.overview;
  const written = useNumbers();
  const { version, database, database_bytes: bytes, last_backup_at: backupAt } = system;
  return (
    <>
      {words.version({ version })} · {words.databases[database]}
      {bytes !== null && `, ${written(...inUnit(bytes))}`}
      {/* Where one is missing, the page begins with that. */}
      {backupAt !== null && (
        <>
          {' · '}
          <a href={BACKUPS}>
            <Filled
              text={words.backup({ at: '{at}' })}
              parts={{ at: <Instant at={backupAt} nowMs={nowMs} /> }}
            />
          </a>
        </>
      )}
    </>
  );
}

const GB = 1e9;

/** A size as `useNumbers` writes it: 34 MB, 2.5 GB. Pure. */
function inUnit(bytes: number): [value: number, options: Intl.NumberFormatOptions] {
  return bytes < GB
    ? [bytes / 1e6, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 0 }]
    : [bytes / GB, { style: 'unit', unit: 'gigabyte', maximumFractionDigits: 1 }];
}
