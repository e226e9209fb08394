import type { Clock } from '../../platform/clock.ts';
import { type Database, withTransaction } from '../../platform/database/database.ts';
import {
  ObjectChanged,
  ObjectMissing,
  type ObjectStore,
} from '../../platform/objects/object-store.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import { folderOf, type HeldDrop, REASON_SUFFIX, REJECTED_SUFFIX } from './drop.ts';
import { type DropKey, finishDrop, isFiledNameUsed } from './drops.sql.ts';
import { type RejectedRow, readRejects } from './drops-read.sql.ts';
import { csvRow } from './reading/csv-safe.ts';
import { REJECTED_COLUMNS } from './reading/match-columns.ts';

export interface FileAwayDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly sealer: EnvelopeSealer;
  readonly clock: Clock;
}

/** Limit of a name without its suffix, in bytes. */
const STEM_BYTES_MAX = 190;
const ID_DIGITS = 8;

/** Returns the name under which the file is filed: its own, unless another file has it there. */
export async function chooseFiledName(
  { db }: Pick<FileAwayDeps, 'db'>,
  store: ObjectStore,
  folder: string,
  { id, name, tenant }: Pick<HeldDrop, 'id' | 'name' | 'tenant'>,
  unreadable: boolean,
): Promise<string> {
  const wanted = Buffer.byteLength(name) <= STEM_BYTES_MAX ? name : nameWithId(name, id);
  const given = { place: store.name, filedName: wanted, unreadable };
  const isUsed =
    (await isFiledNameUsed(db.pipeline, tenant, given)) ||
    (await store.stat(`${folder}${folderOf({ unreadable })}/${wanted}`)) !== null;
  return isUsed ? nameWithId(name, id) : wanted;
}

/**
 * Returns a name with a part of the drop's id, shortened if too long: `scans.csv` becomes
 * `scans.0f3c9a1b.csv`.
 */
export function nameWithId(name: string, id: string): string {
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  let shortStem = stem;
  while (Buffer.byteLength(shortStem + extension) > STEM_BYTES_MAX)
    shortStem = [...shortStem].slice(0, -1).join('');
  return `${shortStem}.${id.replaceAll('-', '').slice(-ID_DIGITS)}${extension}`;
}

/**
 * Moves a file whose rows are on disk, or that cannot be read, with its report next to it. It can
 * be repeated at any point, after a killed process has done a part of it.
 */
export async function fileAway(
  { db, sealer, clock }: FileAwayDeps,
  store: ObjectStore,
  folder: string,
  drop: HeldDrop & { readonly filedName: string },
): Promise<void> {
  const target = `${folder}${folderOf(drop)}/${drop.filedName}`;
  if (drop.rejected > 0 && drop.dialect !== null) {
    const rows = readRejects(db.pipeline, sealer, drop.id);
    await store.put(target + REJECTED_SUFFIX, rejectedFile(rows, drop.dialect), {
      mediaType: 'text/csv; charset=utf-8',
    });
  }
  if (drop.unreadable) {
    const reason = Buffer.from(`${drop.name}: ${drop.problem ?? 'It cannot be read.'}\n`, 'utf8');
    await store.put(target + REASON_SUFFIX, reason, { mediaType: 'text/plain; charset=utf-8' });
  }
  const moved = await isMoved(store, folder + drop.name, target, drop.version);
  await endDrop({ db, clock }, drop, {
    state: drop.unreadable ? 'quarantined' : 'done',
    problem: problemOf(drop, moved),
  });
}

/**
 * Returns why the file cannot be read, or that it is missing; the reason why it waited no longer
 * applies.
 */
function problemOf({ unreadable, problem }: HeldDrop, isFiled: boolean): string | null {
  if (unreadable) return problem;
  return isFiled ? null : 'It was removed before it could be filed.';
}

/** Returns whether the file is at its target, whichever process moved it. */
async function isMoved(
  store: ObjectStore,
  from: string,
  to: string,
  ifVersion: string,
): Promise<boolean> {
  try {
    await store.move(from, to, { ifVersion });
    return true;
  } catch (error) {
    // By now another file may have this name: it is recorded and read by itself.
    if (!(error instanceof ObjectMissing) && !(error instanceof ObjectChanged)) throw error;
    return (await store.stat(to)) !== null;
  }
}

/** Ends a drop, whatever the reason. Throws `LeaseLost`. */
export async function endDrop(
  { db, clock }: Pick<FileAwayDeps, 'db' | 'clock'>,
  key: DropKey,
  end: { readonly state: 'done' | 'quarantined' | 'vanished'; readonly problem: string | null },
): Promise<void> {
  await withTransaction(db.pipeline, (tx) => finishDrop(tx, key, { ...end, nowMs: clock.nowMs() }));
}

/**
 * Writes the file with the rejected rows. Line and reason come first, so that they are in the same
 * columns however many fields a row has.
 */
async function* rejectedFile(
  rows: AsyncIterable<RejectedRow>,
  { separator, header }: NonNullable<HeldDrop['dialect']>,
): AsyncGenerator<Uint8Array> {
  // Without the byte order mark, spreadsheets read a file in their own old encoding.
  let text = `\uFEFF${csvRow([...REJECTED_COLUMNS, ...header], separator)}`;
  for await (const { line, reason, fields } of rows) {
    text += csvRow([String(line), reason, ...fields], separator);
    if (text.length < CHUNK_CHARS) continue;
    yield Buffer.from(text, 'utf8');
    text = '';
  }
  if (text !== '') yield Buffer.from(text, 'utf8');
}

const CHUNK_CHARS = 65_536;
