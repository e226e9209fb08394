import { open } from 'node:fs/promises';
import path from 'node:path';
import { type ClusterEntry, clusterEntries } from './cluster-files.ts';
import { inParallel } from './in-parallel.ts';
import type { Listed } from './manifest.ts';
import { PART_BYTES, type Parts } from './parts.ts';

/** Files copied at once, so that one is read from the disk while another is hashed. */
const AT_ONCE = 4;

/**
 * Copies the files of a running server. Pages that are torn, too old or too new are repaired by the
 * log of that period, which is copied afterwards. A file that vanishes was dropped.
 */
export async function copyCluster(cluster: string, parts: Parts): Promise<Listed[]> {
  const entries = await clusterEntries(cluster);
  const last = entries.at(-1);
  const listed: Listed[] = [];
  const copy = async (entry: ClusterEntry): Promise<void> => {
    if (entry.folder) listed.push({ path: entry.path, bytes: 0, parts: [], folder: true });
    else {
      const copied = await copyFile(cluster, entry.path, parts);
      if (copied !== null) listed.push(copied);
    }
  };
  await inParallel(entries.slice(0, -1), AT_ONCE, copy);
  if (last !== undefined) await copy(last);
  return listed;
}

/** Copies files that do not change any more. */
export async function copyFiles(
  cluster: string,
  names: readonly string[],
  parts: Parts,
): Promise<Listed[]> {
  const listed: Listed[] = [];
  await inParallel(names, AT_ONCE, async (name) => {
    const copied = await copyFile(cluster, name, parts);
    if (copied === null) throw new Error(`${name} vanished while it was copied`);
    listed.push(copied);
  });
  return listed;
}

export async function listText(name: string, text: string, parts: Parts): Promise<Listed> {
  const bytes = Buffer.from(text, 'utf8');
  return { path: name, bytes: bytes.length, parts: [await parts.write(bytes)] };
}

/** Copies a file of the cluster in parts; null if it no longer exists. */
async function copyFile(cluster: string, name: string, parts: Parts): Promise<Listed | null> {
  const file = await open(path.join(cluster, name), 'r').catch((error: unknown) => {
    if ((error as { code?: unknown }).code === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const names: string[] = [];
    let bytes = 0;
    for (;;) {
      const part = Buffer.allocUnsafe(PART_BYTES);
      const length = await readFully(file, part, bytes);
      if (length === 0) break;
      names.push(await parts.write(part.subarray(0, length)));
      bytes += length;
      if (length < part.length) break;
    }
    return { path: name, bytes, parts: names };
  } finally {
    await file.close();
  }
}

async function readFully(
  file: Awaited<ReturnType<typeof open>>,
  into: Buffer,
  from: number,
): Promise<number> {
  let filled = 0;
  while (filled < into.length) {
    const { bytesRead } = await file.read(into, filled, into.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
