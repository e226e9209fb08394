import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadAdapters } from '../../adapters/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { openFolderStore } from '../../platform/objects/folder-store.ts';
import type { ObjectStore } from '../../platform/objects/object-store.ts';
import { type InboundMessageRow, inboundMessagesById } from '../inbound-messages.sql.ts';
import { createInbox, openInboundMessage } from '../inbox.ts';
import type { Scan } from '../scans/scan.ts';
import { createScanIntake, type ScanIntake } from '../scans/take-scans.ts';
import { openTestIntake, type TestIntake } from '../test-intake.ts';
import { createMerchantFolders } from './drop-place.ts';
import { createDrops, type Drops } from './drops.ts';
import { type DropRunner, startDrops } from './run-drops.ts';

export interface TestDrops {
  readonly intake: TestIntake;
  readonly folder: string;
  readonly store: ObjectStore;
  readonly drops: Drops;
  readonly counted: { rows: number };
  /** A process that handles dropped files, but only during `idle`. */
  start(over?: {
    store?: ObjectStore;
    prepare?: ScanIntake['prepare'];
    /** Default: few, so that a short file has several batches. */
    batchRows?: number;
    onLog?: (message: string) => void;
  }): DropRunner;
  /** Prepares scans as the hub itself does. */
  readonly prepare: ScanIntake['prepare'];
  write(key: string, text: string | Uint8Array): void;
  read(key: string): string;
  /** Names in a folder, in order. */
  names(folder: string): string[];
  /** Scans in all inbound messages of the tenant, in the order in which they were stored. */
  scans(tenant: Tenant): Promise<Scan[]>;
  /** Lets the file settle, runs a pass, and does what is due. */
  settle(runner: DropRunner): Promise<void>;
  close(): Promise<void>;
}

const registry = await loadAdapters();

export async function openTestDrops(): Promise<TestDrops> {
  const intake = await openTestIntake();
  const { db, clock, sealer, randomBytes } = intake;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-drops-'));
  const store = openFolderStore({ folder, shared: true });
  const own = registry.list().find(({ scans }) => scans !== undefined);
  if (own?.scans === undefined) throw new Error('no carrier is scanned');
  const inbox = createInbox({ db, sealer, clock, randomBytes });
  const scanIntake = createScanIntake({
    own: { ...own, scans: own.scans },
    adapter: (name) => registry.get(name) ?? null,
    inbox,
    facilityOf: () => null,
    recorded: async () => new Set(),
    scanners: { saw() {} },
    clock,
  });
  const merchants = createMerchantFolders(db.pipeline, clock);
  const counted = { rows: 0 };
  const place = { store, checkEveryMs: 3_600_000, filesGrow: true };
  const at = (key: string) => path.join(folder, key);
  return {
    intake,
    folder,
    store,
    counted,
    drops: createDrops({ db, places: [place], merchants }),
    prepare: (...given) => scanIntake.prepare(...given),
    start({ store: other = store, prepare, batchRows = 10, onLog = () => {} } = {}) {
      const tell = (_about: unknown, message: string) => onLog(message);
      return startDrops(
        {
          db,
          sealer,
          clock,
          randomBytes,
          inbox,
          merchants,
          intake: { prepare: prepare ?? ((...given) => scanIntake.prepare(...given)) },
          batchRows,
          wait: async () => {},
          isPressed: async () => false,
          count: ({ rows }) => {
            counted.rows += rows;
          },
          log: { info: tell, warn: tell, debug: tell } as never,
        },
        { ...place, store: other },
      );
    },
    write(key, text) {
      mkdirSync(path.dirname(at(key)), { recursive: true });
      writeFileSync(at(key), text);
    },
    read: (key) => readFileSync(at(key), 'utf8'),
    names: (key) => {
      try {
        return readdirSync(at(key)).sort();
      } catch {
        return [];
      }
    },
    async scans({ merchantId, mode }) {
      const { rows } = await db.pipeline.query<{ id: string }>(
        'select id from inbound_messages where merchant_id = $1 and mode = $2 order by id',
        [merchantId, mode],
      );
      const inboundMessages: InboundMessageRow[] = await inboundMessagesById(
        db.pipeline,
        rows.map(({ id }) => id),
      );
      return inboundMessages.flatMap((row) => {
        const inboundMessage = openInboundMessage(row, sealer);
        const text = Buffer.from(inboundMessage?.body ?? []).toString('utf8');
        return (JSON.parse(text) as { scans: Scan[] }).scans;
      });
    },
    async settle(runner) {
      await runner.idle();
      clock.advance(2_000);
      await runner.idle();
    },
    async close() {
      await intake.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A file of this many scans, each of another parcel. */
export function scanFile(count: number, from = 0, note = ''): string {
  const rows = Array.from(
    { length: count },
    (_, index) =>
      `WB${String(from + index).padStart(8, '0')},SORT,2026-03-10T08:00:00Z,HAM-1,${note}`,
  );
  return `tracking_number,code,scanned_at,facility_code,note\n${rows.join('\n')}\n`;
}
