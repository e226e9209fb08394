import { openFolderStore } from '../objects/folder-store.ts';
import { type ObjectStore, readAll } from '../objects/object-store.ts';
import type { S3Settings } from '../objects/s3-store.ts';

/** The kinds of columns that our files have. */
type Kind = 'STRING' | 'TIMESTAMP' | 'INT32' | 'BYTE_ARRAY' | 'JSON';

/** A file's columns by name, in order. */
export type ParquetColumns = Readonly<Record<string, Kind>>;

export type ParquetRow = Readonly<Record<string, unknown>>;

/** Rows per group: what a reader has to hold in memory at once. */
const GROUP_ROWS = 1_000;

/**
 * Writes a Parquet file of these rows, compressed with Snappy, which every reader supports.
 *
 * @param rows a value or null for each column: texts, `Date`, numbers, bytes.
 */
export async function writeParquet(
  columns: ParquetColumns,
  rows: readonly ParquetRow[],
): Promise<Buffer> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const buffer = parquetWriteBuffer({
    columnData: Object.entries(columns).map(([name, type]) => ({
      name,
      type,
      nullable: true,
      data: rows.map((row) => row[name] ?? null),
      // Minimum and maximum of sealed bytes are useless.
      statistics: type !== 'BYTE_ARRAY',
    })),
    rowGroupSize: GROUP_ROWS,
    createdBy: 'waybill',
  });
  return Buffer.from(buffer);
}

/** Reads all rows of a file; bytes stay bytes. Rejects if the file is damaged. */
export async function readParquet(bytes: Uint8Array): Promise<ParquetRow[]> {
  const { parquetReadObjects } = await import('hyparquet');
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return parquetReadObjects({ file: file as ArrayBuffer, utf8: false });
}

/** Where the archive is: a folder or a bucket. */
export type ArchivePlace =
  | { readonly folder: string; readonly s3: null }
  | { readonly folder: null; readonly s3: S3Settings };

/** Opens the archive's files, in a folder or a bucket. */
export async function openArchive(place: ArchivePlace): Promise<ObjectStore> {
  if (place.folder !== null) return openFolderStore({ folder: place.folder });
  // Loaded only when needed: AWS's client costs every start a third of a second.
  const { openS3Store } = await import('../objects/s3-store.ts');
  return openS3Store(place.s3);
}

/** The largest file that is read; some thousand parcels take a few megabytes. */
const FILE_BYTES_MAX = 1_073_741_824;

/** Reads a whole file of the archive; null if it does not exist. */
export async function readArchived(
  store: Pick<ObjectStore, 'read'>,
  key: string,
): Promise<Buffer | null> {
  const found = await store.read(key);
  return found === null ? null : readAll(found.stream, FILE_BYTES_MAX);
}
