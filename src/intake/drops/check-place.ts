import { randomBytes } from 'node:crypto';
import { type ObjectStore, readAll } from '../../platform/objects/object-store.ts';
import { COLUMNS_FILE, readColumnsFile } from './reading/columns-file.ts';

/** A fault of a place for dropped files. */
export interface PlaceFault {
  readonly found: string;
  readonly fix: string;
}

const COLUMNS_BYTES_MAX = 65_536;
const MODES: readonly string[] = ['live', 'test'];

/**
 * Checks a place for `waybill doctor`: whether files can be written, moved and removed, whether
 * each folder is a merchant's, and whether its columns.yaml can be read. Rejects if the store
 * cannot be reached.
 *
 * @param slugs of the merchants; null if they are not known.
 */
export async function checkDropPlace(
  store: ObjectStore,
  slugs: ReadonlySet<string> | null,
): Promise<readonly PlaceFault[]> {
  const faults: PlaceFault[] = [];
  await tryWriting(store);
  for await (const found of store.browse('')) {
    if (!('folder' in found)) continue;
    const slug = found.folder;
    if (slugs !== null && !slugs.has(slug)) {
      faults.push({
        found: `${store.name}: the folder ${slug} is no merchant's, so nobody reads its files`,
        fix: `Name it for a merchant: ${[...slugs].sort().slice(0, 10).join(', ')}.`,
      });
      continue;
    }
    for await (const inner of store.browse(`${slug}/`)) {
      if (!('folder' in inner)) continue;
      if (MODES.includes(inner.folder)) {
        const fault = await columnsFault(store, `${slug}/${inner.folder}/${COLUMNS_FILE}`);
        if (fault !== null) faults.push(fault);
      } else {
        faults.push({
          found: `${store.name}: ${slug}/${inner.folder} is neither live nor test, so nobody reads its files`,
          fix: `Move its files to ${slug}/live or ${slug}/test.`,
        });
      }
    }
  }
  return faults;
}

/**
 * Writes, moves and removes a file. Its name begins as no merchant's may, so it cannot be mistaken
 * for one.
 */
async function tryWriting(store: ObjectStore): Promise<void> {
  const key = `_doctor-${randomBytes(8).toString('hex')}`;
  await store.put(key, Buffer.from('written by waybill doctor'));
  await store.move(key, `${key}-moved`);
  await store.remove(`${key}-moved`);
}

async function columnsFault(store: ObjectStore, key: string): Promise<PlaceFault | null> {
  const found = await store.read(key);
  if (found === null) return null;
  try {
    readColumnsFile((await readAll(found.stream, COLUMNS_BYTES_MAX)).toString('utf8'), key);
    return null;
  } catch (error) {
    return {
      found: `${store.name}: ${(error as Error).message}`,
      fix: 'Correct it; files beside it wait until then.',
    };
  }
}
