import type { AdapterManifest } from '../../adapters/index.ts';
import { FLEET_STORAGE } from '../../app/fleet.ts';
import { numberFormat } from '../../kernel/time/formatters.ts';
import { uuidOfWireId } from '../../kernel/wire/wire-ids.ts';
import { openArchive } from '../../platform/archives/parquet.ts';
import type { ObjectStore } from '../../platform/objects/object-store.ts';
import {
  type FoundParcel,
  findArchived,
  listArchiveFiles,
  restoreParcel,
} from '../../tracking/ports/running.ts';
import { type MappingMachines, withMappings } from '../mappings/with-mappings.ts';
import { withDatabase } from '../with-database.ts';

const FAILED = 1;
const UNUSABLE = 2;

const RESTORED = {
  restored: 'restored',
  exists: 'is there already',
  erased: 'was erased meanwhile',
};

type Write = (text: string) => void;
const toOut: Write = (text) => void process.stdout.write(text);
const toErr: Write = (text) => void process.stderr.write(text);

/**
 * Runs `waybill archive list`.
 *
 * @returns the exit code.
 */
export function archiveList(
  env: NodeJS.ProcessEnv,
  json: boolean,
  write: Write = toOut,
): Promise<number> {
  return withDatabase(env, async ({ database }) => {
    const files = await listArchiveFiles(database.pipeline);
    for (const { key, madeAtMs, parcels, trails, sizeBytes } of files) {
      const at = new Date(madeAtMs).toISOString();
      if (json) {
        const line = { file: key, made_at: at, parcels, trails, size_bytes: sizeBytes };
        write(`${JSON.stringify(line)}\n`);
      } else {
        const what = trails > 0 ? `${trails} trails` : `${parcels} parcels`;
        write(`${key}  ${at}  ${what}, ${numberFormat('en').format(sizeBytes)} bytes\n`);
      }
    }
    if (files.length === 0 && !json) write('The archive is empty.\n');
    return 0;
  });
}

/**
 * Runs `waybill archive query NUMBER`.
 *
 * @returns the exit code: 1 if there is nothing.
 */
export function archiveQuery(
  env: NodeJS.ProcessEnv,
  number: string,
  write: Write = toOut,
  writeError: Write = toErr,
): Promise<number> {
  return withFound(env, number, writeError, async (_machines, found) => {
    for (const { archived, parcel } of found) {
      const { personal, rows } = parcel;
      const { shipmentId: id, file } = archived;
      write(`${JSON.stringify({ id, file, ...personal, ...rows })}\n`);
    }
    return 0;
  });
}

/**
 * Runs `waybill archive query cou_…`, which prints where a courier was.
 *
 * @returns the exit code: 1 if there is nothing.
 */
export function archiveQueryTrails(
  env: NodeJS.ProcessEnv,
  courier: string,
  write: Write = toOut,
  writeError: Write = toErr,
): Promise<number> {
  const courierId = uuidOfWireId('courier', courier);
  return withStore(env, writeError, async ({ database: db, sealer }, store) => {
    let count = 0;
    const found =
      courierId === null ? [] : FLEET_STORAGE.archivedTrails({ db, sealer, store }, courierId);
    for await (const { points, ...trail } of found) {
      count += 1;
      const timed = points.map(({ atMs, lat, lng }) => ({ at: new Date(atMs), lat, lng }));
      write(`${JSON.stringify({ courier, ...trail, points: timed })}\n`);
    }
    if (count > 0) return 0;
    writeError(`The archive holds no trail of the courier ${courier}.\n`);
    return FAILED;
  });
}

/**
 * Runs `waybill archive restore NUMBER`.
 *
 * @returns the exit code: 1 if there is nothing.
 */
export function archiveRestore(
  env: NodeJS.ProcessEnv,
  number: string,
  write: Write = toOut,
  writeError: Write = toErr,
): Promise<number> {
  return withFound(env, number, writeError, async ({ tracking }, found) => {
    for (const each of found) {
      const { shipmentId, carrier } = each.archived;
      const outcome = await restoreParcel(tracking, each);
      write(`${shipmentId} (${carrier}) ${RESTORED[outcome]}\n`);
    }
    return 0;
  });
}

function withFound(
  env: NodeJS.ProcessEnv,
  number: string,
  writeError: Write,
  work: (machines: MappingMachines, found: readonly FoundParcel[]) => Promise<number>,
): Promise<number> {
  return withStore(env, writeError, async (machines, store) => {
    const { tracking, carriers } = machines;
    const found = await findArchived(tracking, store, spellings(machines, carriers, number));
    if (found.length > 0) return await work(machines, found);
    writeError(`The archive holds no parcel with the number ${number}.\n`);
    return FAILED;
  });
}

function withStore(
  env: NodeJS.ProcessEnv,
  writeError: Write,
  work: (machines: MappingMachines, store: ObjectStore) => Promise<number>,
): Promise<number> {
  return withMappings(env, async (machines) => {
    const { config } = machines;
    if (config.archive === null) {
      writeError('There is no archive: set WAYBILL_ARCHIVE to its folder or s3://bucket/prefix.\n');
      return UNUSABLE;
    }
    const store = await openArchive(config.archive);
    try {
      return await work(machines, store);
    } finally {
      store.close();
    }
  });
}

/** Returns the number as each carrier spells it. */
function spellings(
  { tracking }: Pick<MappingMachines, 'tracking'>,
  carriers: readonly AdapterManifest[],
  number: string,
) {
  return carriers.flatMap(({ name: carrier }) => {
    const normalized = tracking.adapter(carrier)?.numbers.normalize(number) ?? number;
    return [...new Set([normalized, number])].map((trackingNumber) => ({
      carrier,
      trackingNumber,
    }));
  });
}
