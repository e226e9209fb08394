import { expect, it } from 'vitest';
import type { Manifest } from '../manifest.ts';
import type { Repository } from '../repository.ts';
import { logKey } from './log-files.ts';
import { choosePointInTime } from './restore-log.ts';
import { segmentAfter } from './wal-names.ts';

const SEGMENT = '000000010000000000000003';
const at = (minute: number) => Date.UTC(2026, 10, 22, 5, minute);

function backupAt(id: string, minute: number): Manifest {
  const log = {
    line: 'first',
    stop_segment: SEGMENT,
    stopped_at: new Date(at(minute + 1)).toISOString(),
  };
  const manifest = {
    id,
    began_at: new Date(at(minute)).toISOString(),
    database: { kind: 'embedded', log },
  };
  return manifest as unknown as Manifest;
}

/** With two backups, one that is damaged, and a segment of the log. */
const manifests = [backupAt('one', 0), backupAt('two', 30)];
const repository = {
  place: '/backups',
  store: {
    async *list() {
      yield { key: logKey('first', segmentAfter(SEGMENT), at(40)) };
    },
  },
  backups: async () => ['one', 'broken', 'two'],
  async manifest(id: string) {
    const found = manifests.find((each) => each.id === id);
    if (found === undefined) throw new Error(`${id} is damaged`);
    return found;
  },
} as unknown as Repository;

it('a restore from a backup that was named takes photos from a later one', async () => {
  const { id, pointInTime } = await choosePointInTime(repository, at(20), 'one');
  expect([id, pointInTime.later?.id]).toEqual(['one', 'two']);
  // What is too late for the one that was named is not taken from another.
  await expect(choosePointInTime(repository, at(20), 'two')).rejects.toThrow('and 2026');
  await expect(choosePointInTime(repository, at(20), 'broken')).rejects.toThrow('damaged');
  await expect(choosePointInTime(repository, at(20), null)).rejects.toThrow('damaged');
});
