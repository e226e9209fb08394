import { readFile, stat } from 'node:fs/promises';
import { installedAdapters } from '../../app/installed-carriers.ts';
import {
  type CsvFault,
  createFacilities,
  type FacilityCsv,
  readFacilityCsv,
  SHARED_FACILITIES_MAX,
} from '../../intake/index.ts';
import { errorText } from '../../platform/messages/error-text.ts';
import { readConfig } from '../../platform/settings/config.ts';
import { withDatabase } from '../with-database.ts';

type Write = (line: string) => void;

export interface FacilitiesImportOptions {
  /** The carrier of lines that name none; null: any carrier. */
  readonly carrier: string | null;
  readonly dryRun: boolean;
  readonly partial: boolean;
  readonly json: boolean;
}

const FAILED = 1;
const UNUSABLE = 2;
/** As many lines as the registry can have, each twice as long as usual. */
const FILE_BYTES_MAX = 64 * 1_048_576;

/**
 * Runs `waybill facilities import FILE.csv`, which adds facilities to the deployment's own. Faults
 * are reported with file, line, column and fix; one bad line rejects all, unless only the good ones
 * are requested.
 */
export async function facilitiesImport(
  env: NodeJS.ProcessEnv,
  file: string,
  options: FacilitiesImportOptions,
  write: Write,
  writeError: Write,
): Promise<number> {
  const text = await readText(file, writeError);
  if (text === null) return UNUSABLE;
  const registry = await installedAdapters(readConfig(env), writeError);
  if (registry === null) return FAILED;
  const names = registry.list().map(({ manifest }) => manifest.name);
  const { carrier } = options;
  if (carrier !== null && !names.includes(carrier)) {
    writeError(`Unknown carrier "${carrier}"; expected one of ${names.join(', ')}.`);
    return UNUSABLE;
  }
  const read = readFacilityCsv(text, {
    carrier,
    isCarrier: (name) => names.includes(name),
    rowsMax: SHARED_FACILITIES_MAX,
  });
  for (const fault of read.faults) writeError(inWords(file, fault));
  if (read.faultCount > read.faults.length) {
    writeError(`… and ${read.faultCount - read.faults.length} more.`);
  }
  if (read.faultCount > 0 && (!options.partial || read.facilities.length === 0)) {
    writeError('Nothing was imported. --partial imports the valid lines.');
    return FAILED;
  }
  return importFacilities(env, read, options, write, writeError);
}

async function importFacilities(
  env: NodeJS.ProcessEnv,
  read: FacilityCsv,
  { dryRun, json }: FacilitiesImportOptions,
  write: Write,
  writeError: Write,
): Promise<number> {
  return withDatabase(env, async ({ database: db, clock, randomBytes }) => {
    const facilities = createFacilities({ db, clock, randomBytes });
    const all = read.facilities.map(({ details }) => details);
    const done = await facilities.import(null, all, { dryRun });
    if (done.kind === 'full') {
      writeError(`There would be more than ${done.max} facilities; nothing was imported.`);
      return FAILED;
    }
    const { created, updated, unchanged } = done;
    const rejected = read.rowCount - all.length;
    if (json) {
      const counts = { rows: read.rowCount, created, updated, unchanged, rejected };
      write(JSON.stringify({ ...counts, dry_run: dryRun }));
    } else {
      const found = `${created} new, ${updated} changed, ${unchanged} unchanged, ${rejected} rejected`;
      write(dryRun ? `Dry run: ${found}. Nothing was imported.` : `${found}.`);
    }
    return rejected > 0 ? FAILED : 0;
  });
}

async function readText(file: string, writeError: Write): Promise<string | null> {
  try {
    const { size } = await stat(file);
    if (size > FILE_BYTES_MAX) {
      writeError(`${file} has more than ${FILE_BYTES_MAX} bytes; import it in parts.`);
      return null;
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    const reason =
      error instanceof TypeError
        ? 'is not UTF-8; save it as "CSV UTF-8"'
        : `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`;
    writeError(`${file} ${reason}.`);
    return null;
  }
}

function inWords(file: string, { line, column, reason, fix }: CsvFault): string {
  const where = column === null ? `${file}:${line}` : `${file}:${line} ${column}`;
  return `${where}: ${errorText(reason)} ${errorText(fix)}`;
}
