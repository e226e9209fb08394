import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CutWire } from '../../test/support/cut-wire.ts';
import { type Engine, startEngine, whyNoEngine } from '../../test/support/engines.ts';
import { openArchive } from '../platform/archives/parquet.ts';
import type { ObjectStore } from '../platform/objects/object-store.ts';
import { findArchived, listArchiveFiles, restoreParcel } from '../tracking/ports/running.ts';
import { deleteShipment, findShipment } from '../tracking/ports/shipments.ts';
import { body, startAcme } from '../tracking/test-acme.ts';
import type { TestTracking } from '../tracking/test-tracking.ts';
import { type TestMaintenance, testMaintenance } from './test-maintenance.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

for (const kind of ['versitygw', 'minio'] as const) {
  const missing = whyNoEngine('s3', kind);
  if (missing !== null) process.stderr.write(`SKIPPED: archives in ${kind}: ${missing}\n`);

  describe.skipIf(missing !== null)(`an archive in ${kind}`, () => {
    let engine: Engine;
    let wire: CutWire;
    let hub: TestTracking;
    let store: ObjectStore;
    let maintenance: TestMaintenance;
    beforeAll(async () => {
      engine = startEngine('s3', { S3_SERVER: kind, S3_BUCKETS: 'parcels' });
      wire = new CutWire(new URL(engine.urls['s3'] ?? ''));
      store = await openArchive({
        folder: null,
        s3: {
          bucket: 'parcels',
          prefix: 'archive/',
          region: 'us-east-1',
          endpoint: await wire.listen(),
          credentials: { accessKeyId: 'test', secretAccessKey: 'test-secret-key' },
        },
      });
      hub = await startAcme();
      await hub.db.pipeline.query("insert into installation (canary, name) values ('', 'ours')");
      // Only the timers of maintenance: database and bucket have timers of their own.
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      maintenance = await testMaintenance(hub, { log: pino({ level: 'silent' }), archive: store });
    });
    afterAll(async () => {
      await maintenance?.close();
      vi.useRealTimers();
      store?.close();
      wire?.close();
      engine?.stop();
      await hub?.close();
    });

    it('loses nothing and doubles nothing while it is cut off, and gives parcels back', async () => {
      const ids: string[] = [];
      for (let index = 0; index < 20; index += 1) {
        const number = `ACME-S3-${index}`;
        const { shipment } = await hub.register({ carrier: 'acme', trackingNumber: number });
        await hub.receive({
          carrier: 'acme',
          body: body({ number, events: [{ code: 'DEL', at: '2026-03-10T06:00:00' }] }),
        });
        ids.push(shipment.id);
      }
      const left = async () => {
        const { rows } = await hub.db.pipeline.query(
          'select count(*)::int as many from shipments where deleted_at is null',
        );
        return rows[0].many;
      };
      hub.clock.set(hub.clock.nowMs() + 91 * DAY_MS);
      // The connection is down for five minutes, in which carriers continue to push.
      wire.refuses = true;
      for (let minute = 1; minute <= 5; minute += 1) {
        await hub.register({ carrier: 'acme', trackingNumber: `ACME-NEW-${minute}` });
        await maintenance.sweep();
        expect([await left(), await listArchiveFiles(hub.db.pipeline)]).toEqual([20 + minute, []]);
        hub.clock.set(hub.clock.nowMs() + MINUTE_MS);
      }
      wire.refuses = false;
      // The first answer is lost, but the data is stored only once.
      wire.cutAfterBytes = 0;
      wire.cutsLeft = 1;
      await maintenance.sweep();
      await maintenance.sweep();
      expect(await left()).toBe(5);
      const files = await listArchiveFiles(hub.db.pipeline);
      expect(files.reduce((sum, { parcels }) => sum + parcels, 0)).toBe(20);
      const find = (index: number) =>
        findArchived(hub.deps, store, [{ carrier: 'acme', trackingNumber: `ACME-S3-${index}` }]);
      const [found] = await find(7);
      if (found === undefined) throw new Error('not in the archive');
      await restoreParcel(hub.deps, found);
      const back = await findShipment(hub.deps, hub.tenant, ids[7] ?? '');
      expect(back?.state.status).toBe('delivered');
      await deleteShipment(hub.deps, hub.tenant, ids[8] ?? '');
      hub.clock.set(hub.clock.nowMs() + DAY_MS);
      await maintenance.sweep();
      const written = await listArchiveFiles(hub.db.pipeline);
      expect(written.reduce((sum, { parcels }) => sum + parcels, 0)).toBe(19);
      expect([await find(8), (await find(9)).length]).toEqual([[], 1]);
      // Only the rewritten files remain, except for leftovers of the cut, which are removed after a
      // day.
      for (const { key } of written) expect(await store.stat(key)).not.toBeNull();
      for (const { key } of files) expect(await store.stat(key)).toBeNull();
    });
  });
}
