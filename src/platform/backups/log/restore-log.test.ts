import { expect, it } from 'vitest';
import type { Manifest } from '../manifest.ts';
import { logKey, segmentAfter } from './log-files.ts';
import { choosePointInTime } from './restore-log.ts';

const SEGMENT = '000000010000000000000003';
const at = (minute: number) => Date.UTC(2026, 10, 22, 5, minute);

function backupAt(id: string, minute: number): Manifest {
  const [began, ended] = [minute, minute + 1].map((each) => new Date(at(each)).toISOString());
  const nothing = { key: '', sha256: '', files: 0, bytes: 0 };
  return {
    id,
    format: 1,
    waybill: '0.1.0',
    installation: '',
    migration: '',
    key_probe: '',
    began_at: began ?? '',
    ended_at: ended ?? '',
    covers_until: ended ?? '',
    master_key: 'setting',
    database: {
      kind: 'embedded',
      postgres: '18.0',
      postgres_major: 18,
      timeline: 1,
      start_lsn: '0/0',
      stop_lsn: '0/0',
      files: nothing,
      log: { line: 'first', stop_segment: SEGMENT, stopped_at: ended ?? '' },
    },
    objects: nothing,
  };
}

/** A repository with two backups, one of them damaged, and a segment of the log. */
const manifests = [backupAt('one', 0), backupAt('two', 30)];
const repository = {
  place: '/backups',
  store: {
    async *list() {
      const key = logKey('first', segmentAfter(SEGMENT), at(40));
      yield { key, sizeBytes: 0, modifiedAtMs: at(40), version: '' };
    },
  },
  backups: async () => ['one', 'broken', 'two'],
  async manifest(id: string) {
    const found = manifests.find((each) => each.id === id);
    if (found === undefined) throw new Error(`${id} is damaged`);
    return found;
  },
};

it('a restore from a backup that was named takes photos from a later one', async () => {
  const { id, pointInTime } = await choosePointInTime(repository, at(20), 'one');
  expect([id, pointInTime.later?.id]).toEqual(['one', 'two']);
  // A time that the named backup cannot reach is not restored from another backup.
  await expect(choosePointInTime(repository, at(20), 'two')).rejects.toThrow('and 2026');
  await expect(choosePointInTime(repository, at(20), 'broken')).rejects.toThrow('damaged');
  await expect(choosePointInTime(repository, at(20), null)).rejects.toThrow('damaged');
});
