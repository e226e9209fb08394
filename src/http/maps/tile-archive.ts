import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Problem } from '../../kernel/errors.ts';
import { readRange } from './byte-range.ts';

/** A PMTiles file: all tiles of a map, of which browsers read the parts they need. */
export interface TileArchive {
  readonly path: string;
  readonly bytes: number;
  /** Changes with the content, and is the same on every machine that has the file. */
  readonly fileName: string;
}

/**
 * The first bytes have the header and the directory with the lengths of all tiles or of their
 * directories, so a hash of them identifies a file of any size.
 */
const HEAD_BYTES = 16_384;
/** `PMTiles` and the version, at the start of the file; the tile type has its own place. */
const MAGIC = Buffer.from('PMTiles\u0003', 'latin1');
const TILE_TYPE_AT = 99;
const VECTOR_TILES = 1;

/** Opens a file of vector tiles. Throws with a message for operators if it is not one. */
export function openTileArchive(path: string): TileArchive {
  const file = openFile(path);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const read = readSync(file, head, 0, HEAD_BYTES, 0);
    if (!head.subarray(0, MAGIC.length).equals(MAGIC) || head[TILE_TYPE_AT] !== VECTOR_TILES) {
      throw new Error(`${path}: expected a PMTiles file, version 3, with vector tiles`);
    }
    const { size: bytes } = fstatSync(file);
    const hash = createHash('sha256').update(head.subarray(0, read)).update(String(bytes));
    return { path, bytes, fileName: `${hash.digest('hex').slice(0, 12)}.pmtiles` };
  } finally {
    closeSync(file);
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw new Error(`cannot read the map file; WAYBILL_MAP names it: ${String(error)}`);
  }
}

/** Sends the part that the request names in `Range`, or all. */
export async function sendPart(
  request: IncomingMessage,
  response: ServerResponse,
  { path, bytes, fileName }: TileArchive,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const range = readRange(request.headers.range, bytes);
  if (range === 'outside') {
    response.writeHead(416, { 'content-range': `bytes */${bytes}` }).end();
    return;
  }
  const { from, to } = range ?? { from: 0, to: bytes - 1 };
  const file = await open(path);
  // The file has been replaced: responses would mix parts of the old and the new one.
  if ((await file.stat()).size !== bytes) {
    await file.close();
    throw new Problem('not_found', 'values.noSuchFile');
  }
  response.writeHead(range === null ? 200 : 206, {
    ...headers,
    'content-type': 'application/vnd.pmtiles',
    'content-length': to - from + 1,
    'accept-ranges': 'bytes',
    etag: `"${fileName}"`,
    ...(range === null ? {} : { 'content-range': `bytes ${from}-${to}/${bytes}` }),
  });
  // A client that has gone away needs no answer.
  await pipeline(file.createReadStream({ start: from, end: to }), response).catch(() => undefined);
}
