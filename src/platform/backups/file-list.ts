import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import type { ObjectStore } from '../objects/object-store.ts';
import { type FileList, type Listed, readListed } from './manifest.ts';

/** Writes a list entry by entry, so that a million photos need no memory. */
export async function writeList(
  store: ObjectStore,
  key: string,
  entries: AsyncIterable<Listed>,
): Promise<FileList> {
  const hash = createHash('sha256');
  let files = 0;
  let bytes = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const entry of entries) {
      if (entry.folder !== true) files += 1;
      bytes += entry.bytes;
      yield `${JSON.stringify(entry)}\n`;
    }
  }
  const source = Readable.from(lines());
  const zipped = createGzip();
  source.on('error', (error) => zipped.destroy(error));
  source.pipe(zipped);
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of zipped) {
      const part: Uint8Array = chunk;
      hash.update(part);
      yield part;
    }
  }
  await store.put(key, hashed());
  return { key, sha256: hash.digest('hex'), files, bytes };
}

/**
 * Yields the list's entries in order. Throws a readable error at the end if it was changed or
 * truncated.
 */
export async function* readList(store: ObjectStore, list: FileList): AsyncGenerator<Listed> {
  const found = await store.read(list.key);
  if (found === null) throw new Error(`${list.key} is missing from ${store.name}`);
  const hash = createHash('sha256');
  async function* hashed(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of stream) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const source = Readable.from(hashed(found.stream));
  const unzipped = createGunzip().setEncoding('utf8');
  source.on('error', (error) => unzipped.destroy(error));
  source.pipe(unzipped);
  try {
    for await (const line of linesOf(unzipped)) yield readListed(line);
  } catch (error) {
    throw new Error(`${list.key} in ${store.name} cannot be read: ${String(error)}`);
  } finally {
    source.destroy();
    unzipped.destroy();
  }
  if (hash.digest('hex') !== list.sha256) {
    throw new Error(`${list.key} in ${store.name} is damaged: it does not match its checksum`);
  }
}

/** Splits a stream into lines; readline would not report an error of its input. */
async function* linesOf(stream: AsyncIterable<unknown>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
