import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import pg from 'pg';
import { loadAdapters } from '../../../src/adapters/index.ts';
import { launchHub } from '../../../src/app/start-testing.ts';
import { startTestPostgres } from '../../../src/platform/test-postgres.ts';
import {
  fixtureFiles,
  sha256,
  UPGRADE_KEY,
  UPGRADE_MASTER_KEY,
  UPGRADE_WEBHOOK_SECRET,
} from '../fixture.ts';
import { answersOf } from './answers.ts';
import { dumpRows } from './rows.ts';
import { playStory } from './story.ts';

/**
 * `npx tsx test/upgrade/make/make.ts v0.1.0 [folder]`: checks that version out (or takes the
 * checkout in `folder`, with its packages installed), starts its hub on an empty database, plays
 * story.ts and writes what it left to test/upgrade. Takes three minutes; test/upgrade/README.md.
 */
const [version = 'v0.1.0', given] = process.argv.slice(2);
const checkout = given === undefined ? checkedOut(version) : path.resolve(given);
const data = mkdtempSync(path.join(os.tmpdir(), 'waybill-old-hub-'));
const server = await startTestPostgres({ durable: true });
const receiver = await listening();
try {
  await make();
} finally {
  receiver.close();
  await server.stop();
  rmSync(data, { recursive: true, force: true });
  if (given === undefined) execFileSync('git', ['worktree', 'remove', '--force', checkout]);
}

async function make(): Promise<void> {
  const carriers = ['FEDEX', 'UPS', 'USPS', 'DHL'];
  const hub = launchHub(data, {
    command: [process.execPath, path.join(checkout, 'bin/waybill.js'), 'start'],
    env: {
      DATABASE_URL: server.url,
      LOG_LEVEL: 'info',
      WAYBILL_SANDBOX: 'on',
      WAYBILL_MASTER_KEY: UPGRADE_MASTER_KEY,
      WAYBILL_BOOTSTRAP_KEY: UPGRADE_KEY,
      WAYBILL_EGRESS_ALLOW: '127.0.0.0/8',
      ...Object.fromEntries(
        carriers.map((name) => [`WAYBILL_WEBHOOK_SECRET_${name}`, UPGRADE_WEBHOOK_SECRET]),
      ),
    },
  });
  const { url } = await hub.ready;
  const { port } = receiver.address() as { readonly port: number };
  const readingKey = await playStory({
    receiver: `http://127.0.0.1:${port}`,
    url: new URL(url),
    adapters: await loadAdapters(),
    until,
    fixture: (carrier, name) =>
      readFileSync(path.join(checkout, `src/adapters/${carrier}/fixtures/${name}`), 'utf8'),
  });
  const answers = await answersOf(new URL(url));
  hub.child.kill('SIGTERM');
  const { how, stderr } = await hub.ended;
  if (how !== 0) throw new Error(`the old hub stopped with ${how}:\n${stderr}`);
  const db = new pg.Client(server.url);
  await db.connect();
  const { rows, ran } = await taken(db).finally(() => db.end());
  const files = fixtureFiles(version);
  writeFileSync(files.rows, brotliCompressSync(rows.replaceAll(checkout, '/opt/waybill')));
  const migrations = Object.fromEntries(ran.map((name) => [name, hashOf(name)]));
  const madeAt = new Date().toISOString();
  writeFileSync(
    files.answers,
    `${JSON.stringify({ madeAt, migrations, readingKey, ...answers })}\n`,
  );
}

/** Every row, and the migrations that had run. */
async function taken(db: pg.Client): Promise<{ rows: string; ran: readonly string[] }> {
  const { rows } = await db.query<{ name: string }>(
    'select name from knex_migrations order by name',
  );
  return { rows: await dumpRows(db), ran: rows.map(({ name }) => name) };
}

function checkedOut(revision: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-old-'));
  execFileSync('git', ['worktree', 'add', '--detach', folder, revision], { stdio: 'inherit' });
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' });
  return folder;
}

function hashOf(migration: string): string {
  const file = path.join(checkout, 'migrations', migration);
  if (!existsSync(file)) throw new Error(`${file} is not there`);
  return sha256(readFileSync(file));
}

/** A merchant's server, which takes everything but what is posted to /refuses. */
async function listening(): Promise<Server> {
  const made = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.url !== '/refuses') return response.writeHead(204).end();
      return response.writeHead(503, { 'retry-after': '3600' }).end();
    });
  });
  await once(made.listen(0, '127.0.0.1'), 'listening');
  return made;
}

/** Asks every quarter of a second, for three minutes at most. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 720; tries += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`it never was so that ${what}`);
}
