import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readConfig } from '../../platform/settings/config.ts';
import { checkArchive } from './archive.ts';

it('says whether ended parcels can be archived, and leaves nothing there', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-archive-'));
  const check = (place: string) => checkArchive(readConfig({ WAYBILL_ARCHIVE: place }));
  try {
    expect(await check('off')).toEqual([]);
    const there = path.join(folder, 'there');
    expect(await check(there)).toMatchObject([{ name: 'archive', verdict: 'ok' }]);
    expect(
      readdirSync(there, { recursive: true }).filter((name) => !`${name}`.startsWith('.')),
    ).toEqual([]);
    writeFileSync(path.join(folder, 'file'), '');
    expect(await check(path.join(folder, 'file'))).toMatchObject([{ verdict: 'fail' }]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
