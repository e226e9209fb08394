import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../database/migrate.ts';
import { startEmbeddedPostgres } from '../postgres/embedded-postgres.ts';
import { openDataFolder } from '../process/data-folder.ts';
import { createTestDatabase } from '../test-postgres.ts';
import { checkDatabase } from './database-checks.ts';
import type { Finding } from './finding.ts';

let data: string;
beforeAll(() => {
  data = mkdtempSync(path.join(os.tmpdir(), 'waybill-doctor-db-'));
});
afterAll(() => rmSync(data, { recursive: true }));

function verdicts(findings: readonly Finding[]): Record<string, string> {
  return Object.fromEntries(findings.map(({ name, verdict }) => [name, verdict]));
}

describe('an external database', () => {
  test('that cannot be reached fails, and its password is not shown', async () => {
    const findings = await checkDatabase({
      databaseUrl: 'postgresql://u:hunter2@127.0.0.1:1/x',
      data,
    });
    expect(verdicts(findings)).toEqual({ database: 'fail' });
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });

  test('that would lose commits fails, and one without the schema is warned about', async () => {
    const database = await createTestDatabase({ migrate: false });
    const findings = await checkDatabase({ databaseUrl: database.url, data });
    await database.drop();
    expect(verdicts(findings)).toEqual({ database: 'ok', durability: 'fail', migrations: 'warn' });
    expect(JSON.stringify(findings)).toContain('fsync');
  });
});

describe('the embedded database', () => {
  test('before the first start is not a fault', async () => {
    expect(verdicts(await checkDatabase({ databaseUrl: null, data }))).toEqual({ database: 'ok' });
  });

  test('is checked while the hub runs and while it does not, and left unchanged', async () => {
    const folder = await openDataFolder(data);
    const server = await startEmbeddedPostgres({ data });
    const all = { database: 'ok', durability: 'ok', migrations: 'ok' };
    expect(verdicts(await checkDatabase({ databaseUrl: null, data }))).toEqual({
      ...all,
      migrations: 'warn',
    });
    await migrate(server.url);
    expect(verdicts(await checkDatabase({ databaseUrl: null, data }))).toEqual(all);
    await server.stop();
    folder.release();
    expect(verdicts(await checkDatabase({ databaseUrl: null, data }))).toEqual(all);
    (await openDataFolder(data)).release();
  });
});
