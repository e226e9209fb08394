import { useMessages, useNumbers } from '../../console/kit/language.ts';
import { Instant } from '../../console/kit/pieces.tsx';
import type { overviewOf } from './routes.ts';

export const BACKUPS = '/docs/guides/operators#backup-and-restore';

interface ThisHubProps {
  readonly overview: Awaited<ReturnType<typeof overviewOf>>;
  readonly nowMs: number;
}

/** Facts in which nothing is good or bad. */
export function ThisHub({ overview: { system }, nowMs }: ThisHubProps) {
  const { thisHub: words } = useMessages().console.overview;
  const written = useNumbers();
  // Where one is missing, the page begins with that.
  const hasBackups = system.last_backup_at !== null || system.database === 'external';
  return (
    <section aria-labelledby="this-hub">
      <h2 id="this-hub">{words.title}</h2>
      <ul class="card states">
        <li>
          {words.version} <b>{system.version}</b>
        </li>
        <li>
          {words.database}
          <b>
            {words.databases[system.database]}{' '}
            {system.database_bytes !== null && (
              <span class="soft">· {written(...inUnit(system.database_bytes))}</span>
            )}
          </b>
        </li>
        {hasBackups && (
          <li>
            <a href={BACKUPS}>{words.backup}</a>
            <b>
              {system.last_backup_at === null ? (
                words.noBackup
              ) : (
                <Instant at={system.last_backup_at} nowMs={nowMs} />
              )}
            </b>
          </li>
        )}
      </ul>
    </section>
  );
}

const GB = 1e9;

/** A size as `toLocaleString` writes it: 34 MB, 2.5 GB. Pure. */
function inUnit(bytes: number): [value: number, options: Intl.NumberFormatOptions] {
  return bytes < GB
    ? [bytes / 1e6, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 0 }]
    : [bytes / GB, { style: 'unit', unit: 'gigabyte', maximumFractionDigits: 1 }];
}
