import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CutWire } from '../../../../test/support/cut-wire.ts';
import { type Engine, startEngine, whyNoEngine } from '../../../../test/support/engines.ts';
import { type ManualClock, manualClock } from '../../clock.ts';
import { type Database, openDatabase } from '../../database/database.ts';
import { migrate } from '../../database/migrate.ts';
import { serverFiles } from '../../postgres/cluster.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../postgres/embedded-postgres.ts';
import type { Config } from '../../settings/config.ts';
import type { Loop } from '../../work/loop.ts';
import { backupPlaces, rememberPlace } from '../places.sql.ts';
import { openRepository, type Repository } from '../repository.ts';
import { logFiles, SEGMENT_BYTES, segmentAfter, segmentAt } from './log-files.ts';
import { startLogShipping } from './log-shipping.ts';
import { endSegment, logSlot, makeSlot, waitingLog } from './log-slot.sql.ts';

const MINUTE_MS = 60_000;
const log = pino({ level: 'silent' });
let data: string;
let server: EmbeddedPostgres;
let db: Database;
beforeAll(async () => {
  data = mkdtempSync(path.join(os.tmpdir(), 'waybill-log-'));
  server = await startEmbeddedPostgres({ data, durable: false });
  await migrate(server.url);
  db = openDatabase({ url: server.url });
});
afterAll(async () => {
  await db?.end();
  await server?.stop();
  rmSync(data, { recursive: true, force: true });
});

/** A backup location that can be made unreachable. */
interface Somewhere {
  readonly place: string;
  readonly config: Pick<Config, 's3' | 's3Server'>;
  cut(isCut: boolean): void;
  close(): void;
}

const credentials = { accessKeyId: 'test', secretAccessKey: 'test-secret-key' };
const NO_S3 = { s3: null, s3Server: { region: 'us-east-1', endpoint: null, credentials } };

async function folder(): Promise<Somewhere> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'waybill-log-place-'));
  const place = path.join(home, 'backups');
  mkdirSync(place);
  const away = path.join(home, 'away');
  return {
    place,
    config: NO_S3,
    cut: (isCut) => renameSync(isCut ? place : away, isCut ? away : place),
    close: () => rmSync(home, { recursive: true, force: true }),
  };
}

async function bucket(kind: string): Promise<Somewhere> {
  const engine: Engine = startEngine('s3', { S3_SERVER: kind, S3_BUCKETS: 'backups' });
  const wire = new CutWire(new URL(engine.urls['s3'] ?? ''));
  const s3Server = { ...NO_S3.s3Server, endpoint: await wire.listen() };
  return {
    place: 's3://backups/hub/',
    config: { s3: null, s3Server },
    cut(isCut) {
      wire.refuses = isCut;
    },
    close() {
      wire.close();
      engine.stop();
    },
  };
}

for (const kind of ['folder', 'versitygw', 'minio'] as const) {
  const missing = kind === 'folder' ? null : whyNoEngine('s3', kind);
  if (missing !== null) process.stderr.write(`SKIPPED: the log in ${kind}: ${missing}\n`);

  describe.skipIf(missing !== null)(`the log, brought to ${kind}`, () => {
    let somewhere: Somewhere;
    let repository: Repository;
    let clock: ManualClock;
    let shipping: Loop;
    let tables = 0;
    beforeAll(async () => {
      somewhere = kind === 'folder' ? await folder() : await bucket(kind);
      repository = await openRepository(somewhere.place, somewhere.config);
      await repository.claim('ours');
      await rememberPlace(db.pipeline, somewhere.place, 0);
    });
    afterAll(async () => {
      await db.pipeline.query('delete from backup_places');
      repository?.close();
      somewhere?.close();
    });
    beforeEach(async () => {
      clock = manualClock(Date.UTC(2026, 10, 22));
      await makeSlot(db.owner, somewhere.place);
    });
    afterEach(async () => {
      await shipping.stop();
      await db.owner.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots');
    });

    const start = (limits: { waitingBytesMax?: number; roundMsMax?: number } = {}) =>
      startLogShipping({
        db,
        clock,
        log,
        config: somewhere.config,
        cluster: serverFiles(data),
        ...limits,
      });
    const segments = async () =>
      (await logFiles(repository.store, 'first')).map(({ segment }) => segment);
    /** Writes something, and ends the segment that it is in. */
    async function work(): Promise<void> {
      tables += 1;
      await db.owner.query(`create table work_${kind}_${tables} (nr int)`);
      await endSegment(db.owner);
    }

    it('has no gap and no duplicate after the place was unavailable for five minutes', async () => {
      shipping = start();
      await work();
      await shipping.now();
      // The first run also ships what the server still has from before.
      const before = (await segments()).length;
      expect(before).toBeGreaterThan(0);
      somewhere.cut(true);
      for (let minute = 0; minute < 5; minute += 1) {
        clock.set(clock.nowMs() + MINUTE_MS);
        await work();
        await shipping.now();
      }
      // The oldest waiting segment, and all after it; files' times are whole seconds.
      const slot = await logSlot(db.owner, somewhere.place);
      const oldest = segmentAt(slot?.timeline ?? 0, slot?.from ?? 0n);
      const hourAgo = Date.now() / 1_000 - 3_600;
      utimesSync(path.join(serverFiles(data), 'pg_wal', oldest), hourAgo, hourAgo);
      const waits = await waitingLog(db.owner, somewhere.place);
      expect(waits?.bytes).toBeGreaterThanOrEqual(5 * SEGMENT_BYTES);
      expect(waits?.forMs).toBeGreaterThan(50 * MINUTE_MS);
      somewhere.cut(false);
      expect((await segments()).length).toBe(before);
      clock.set(clock.nowMs() + MINUTE_MS);
      await shipping.now();
      const all = await segments();
      expect(all.length).toBeGreaterThanOrEqual(before + 5);
      expect((await waitingLog(db.owner, somewhere.place))?.forMs).toBe(0);
      for (const [index, segment] of all.slice(1).entries()) {
        expect(segment).toBe(segmentAfter(all[index] ?? ''));
      }
      const keys: string[] = [];
      for await (const { key } of repository.store.list('wal/')) keys.push(key.slice(0, 35));
      expect(new Set(keys).size).toBe(keys.length);
      // A segment with few writes is ended after a while.
      await db.owner.query(`create table work_${kind}_slow (nr int)`);
      clock.set(clock.nowMs() + 5 * MINUTE_MS);
      await shipping.now();
      await shipping.now();
      expect((await segments()).length).toBeGreaterThan(all.length);
    });

    it('is given up when too much waits, so that the disk does not fill', async () => {
      shipping = start({ waitingBytesMax: 1 });
      await work();
      somewhere.cut(true);
      await shipping.now();
      somewhere.cut(false);
      expect(await logSlot(db.owner, somewhere.place)).toBeNull();
      expect(await waitingLog(db.owner, somewhere.place)).toBeNull();
      const [place] = await backupPlaces(db.pipeline);
      expect(place?.logGivenUpAtMs).toBe(clock.nowMs());
      const before = await segments();
      await work();
      clock.set(clock.nowMs() + MINUTE_MS);
      await shipping.now();
      expect(await segments()).toEqual(before);
    });

    it('is given up, too, when the place takes it more slowly than it is written', async () => {
      shipping = start({ roundMsMax: 0 });
      await work();
      await shipping.now();
      // Little of the log waits, so the place may still catch up.
      expect(await logSlot(db.owner, somewhere.place)).not.toBeNull();
      await shipping.stop();
      shipping = start({ roundMsMax: 0, waitingBytesMax: 1 });
      await shipping.now();
      expect(await logSlot(db.owner, somewhere.place)).toBeNull();
    });
  });
}
