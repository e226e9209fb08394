import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FolderLock, lockFolder } from '../../platform/process/folder-lock.ts';
import { removeRunFile, writeRunFile } from '../../platform/process/run-file.ts';
import { checkRunningHub } from './doctor.ts';

let data: string;
let lock: FolderLock | null = null;
let server: Server | null = null;
beforeEach(() => {
  data = mkdtempSync(path.join(os.tmpdir(), 'waybill-doctor-hub-'));
});
afterEach(() => {
  lock?.release();
  server?.close();
  lock = null;
  server = null;
  rmSync(data, { recursive: true });
});

/** A hub that runs with the folder and gives this answer at `/readyz`. */
async function running(status: number, said: object): Promise<string> {
  lock = await lockFolder(data);
  const starting = createServer((request, response) => {
    response.writeHead(request.url === '/readyz' ? status : 404).end(JSON.stringify(said));
  });
  server = starting;
  await new Promise<void>((resolve) => starting.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(starting.address() as AddressInfo).port}`;
  writeRunFile(data, { pid: process.pid, url });
  return url;
}

it('says nothing where no hub runs, also when an ended one left its file', async () => {
  writeRunFile(data, { pid: 1, url: 'http://127.0.0.1:1' });
  expect(await checkRunningHub(data)).toEqual([]);
});

it('finds the hub at its actual port, and reports its answer', async () => {
  const url = await running(200, { status: 'ready', not_ready: [], degraded: [] });
  expect(await checkRunningHub(data)).toEqual([
    { name: 'hub', verdict: 'ok', found: `${url} is ready` },
  ]);
});

it('repeats each sentence of its readiness', async () => {
  await running(503, { not_ready: ['database: no answer'], degraded: ['inbox: dead letters'] });
  expect(await checkRunningHub(data)).toMatchObject([
    { verdict: 'fail', found: 'database: no answer' },
    { verdict: 'warn', found: 'inbox: dead letters' },
  ]);
});

it('fails where it runs and does not answer', async () => {
  await running(200, {});
  server?.close();
  server?.closeAllConnections();
  writeRunFile(data, { pid: process.pid, url: 'http://127.0.0.1:1' });
  expect(await checkRunningHub(data)).toMatchObject([{ verdict: 'fail' }]);
});

it('says that it does not know where a hub answers that has not said it', async () => {
  await running(200, {});
  removeRunFile(data);
  expect(await checkRunningHub(data)).toMatchObject([{ verdict: 'warn' }]);
});
