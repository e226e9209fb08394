import { createHash } from 'node:crypto';
import { z } from 'zod';

/**
 * The format of a repository. A later format is rejected, because this version cannot interpret it.
 */
export const FORMAT = 1;

const instant = z.iso.datetime();

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A gzipped list of files, one JSON object per line, and its totals. */
const LIST = z.object({
  key: z.string(),
  sha256,
  files: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
});

export type FileList = z.infer<typeof LIST>;

const EMBEDDED = z.object({
  kind: z.literal('embedded'),
  postgres: z.string(),
  postgres_major: z.int(),
  timeline: z.int(),
  /**
   * The log positions at which recovery begins and may end, as PostgreSQL writes them
   * (`0/3000028`).
   */
  start_lsn: z.string(),
  stop_lsn: z.string(),
  files: LIST,
  /**
   * Present if the log that follows is stored next to the backup, so that later times can be
   * restored, too.
   */
  log: z
    .object({
      /** The hub's log line (`log/log-files.ts`). */
      line: z.string(),
      /** The last segment that is part of the backup itself. */
      stop_segment: z.string(),
      /** Only times after this can be restored with the log. */
      stopped_at: instant,
    })
    .optional(),
});

/** Your own PostgreSQL, whose data is backed up by its own tools. */
const EXTERNAL = z.object({ kind: z.literal('external'), postgres: z.string() });

/** The contents of one backup. Written last: without it there is no backup. */
const MANIFEST = z.object({
  format: z.int(),
  id: z.string(),
  waybill: z.string(),
  /** Identifies the hub that was backed up; 16 hex digits that reveal nothing. */
  installation: z.string(),
  began_at: instant,
  ended_at: instant,
  /** Everything committed before this instant is included. */
  covers_until: instant,
  /** The newest migration that the database had run. */
  migration: z.string(),
  /** A text sealed under the master key, Base64: a key that opens it is the right one. */
  key_probe: z.string(),
  /** Where the hub had its master key, which is in no backup. */
  master_key: z.enum(['data_folder', 'setting']),
  database: z.discriminatedUnion('kind', [EMBEDDED, EXTERNAL]),
  /** The list of photos, proofs and dropped files. */
  objects: LIST,
});

export type Manifest = z.infer<typeof MANIFEST>;

/** A file of the database or of the object store, as a list of parts in order. */
const LISTED = z.object({
  path: z.string(),
  bytes: z.int().nonnegative(),
  /** The SHA-256 of each part. */
  parts: z.array(sha256),
  /**
   * Of an object: the hub's store that it was in, and that store's name for this version of its
   * bytes.
   */
  store: z.enum(['current', 'older']).optional(),
  version: z.string().optional(),
  /** Present for a folder, which may be empty. */
  folder: z.literal(true).optional(),
});

export type Listed = z.infer<typeof LISTED>;

export function readListed(line: string): Listed {
  return LISTED.parse(JSON.parse(line));
}

/** Writes the manifest with a checksum of its own, so that a flipped bit in it is noticed, too. */
export function manifestText(manifest: Manifest): string {
  const checksum = checksumOf(manifest);
  return `${JSON.stringify({ manifest, sha256: checksum }, null, 2)}\n`;
}

/** Reads a manifest. Throws a readable error if it is damaged or of a later format. */
export function readManifest(text: string, where: string): Manifest {
  const read = jsonOf(text);
  const { manifest, sha256: checksum } = (read ?? {}) as { manifest?: unknown; sha256?: unknown };
  const format = (manifest as { format?: unknown } | undefined)?.format;
  if (typeof format === 'number' && format > FORMAT) {
    throw new Error(
      `${where} was made by a newer version of Waybill (format ${format}, this one reads ${FORMAT}): restore it with that version.`,
    );
  }
  const found = MANIFEST.safeParse(manifest);
  if (!found.success || checksum !== checksumOf(manifest)) {
    throw new Error(`${where} is damaged: its manifest does not match its checksum.`);
  }
  return found.data;
}

function checksumOf(manifest: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(manifest) ?? '')
    .digest('hex');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
