import { createHmac } from 'node:crypto';
import { uuidV7 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';
import { type Database, withTenant } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type Keyring, open, seal } from '../../platform/sealing/sealing.ts';
import type { Scan, ScanSender } from './scan.ts';
import {
  addScannerFigures,
  deleteScanner,
  type ScannerFigures,
  type ScannerKind,
  scannerBoundTo,
  scannerKey,
  visibleScanners,
} from './scanners.sql.ts';

/** A device or its user, as its merchant sees it. */
export interface Scanner {
  readonly id: string;
  readonly kind: ScannerKind;
  /** The name as scans spell it. */
  readonly name: string;
  /**
   * How far a device's clock was ahead when it was last measured; null if it never sent its time.
   */
  readonly clockOffsetMs: number | null;
  readonly clockMeasuredAtMs: number | null;
  readonly facilityCode: string | null;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** Accepted scans, including repeated ones. */
  readonly scans: number;
  readonly rejected: number;
}

/**
 * Keeps figures of scanning devices and their users. They are recognised by a keyed hash and have
 * sealed names, so that a reader of the table learns neither.
 */
export interface Scanners {
  /**
   * Counts a scan. Counts are written soon, at most once a second, and those not yet written are
   * lost with the process.
   */
  saw(sender: ScanSender, scan: Scan, rejected: boolean): void;
  list(
    tenant: Tenant,
    kind: ScannerKind | null,
    page: { readonly after: string | null; readonly limit: number },
  ): Promise<Scanner[]>;
  /** Removes a scanner. False when the tenant has none with that id. */
  remove(tenant: Tenant, id: string): Promise<boolean>;
  /** Writes pending figures. */
  flush(): Promise<void>;
}

interface ScannersDeps {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Pick<Logger, 'warn'>;
}

const WRITE_AFTER_MS = 1_000;
/**
 * Limit of names that wait to be written: far more than scan within a second, and a limit to the
 * memory that a flood of invented names takes.
 */
const WAITING_MAX = 5_000;
const HASH_BYTES = 16;

interface Waiting {
  readonly tenant: Tenant;
  readonly kind: ScannerKind;
  readonly name: string;
  clockOffsetMs: number | null;
  facilityCode: string | null;
  atMs: number;
  scans: number;
  rejected: number;
}

export function createScanners(deps: ScannersDeps): Scanners {
  const { db, keyring, clock, log } = deps;
  let waiting = new Map<string, Waiting>();
  let timer: NodeJS.Timeout | null = null;
  const loadHashKey = recognitionKey(deps);

  async function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (waiting.size === 0) return;
    const observed = [...waiting.values()];
    waiting = new Map();
    const hashKey = await loadHashKey();
    await addScannerFigures(
      db.pipeline,
      observed.map((each) => toFigures(deps, hashKey, each)),
    );
  }

  function flushSoon(): void {
    if (timer !== null) return;
    timer = setTimeout(() => {
      flush().catch((err: unknown) => log.warn({ err }, 'figures of scanners were lost'));
    }, WRITE_AFTER_MS);
    timer.unref();
  }

  return {
    saw(sender, scan, rejected) {
      const { device_id: device, employee_id: employee } = scan;
      if (device === undefined && employee === undefined) return;
      const observed = { scan, rejected, nowMs: clock.nowMs() };
      if (device !== undefined) count(waiting, sender, 'device', device, observed);
      if (employee !== undefined) count(waiting, sender, 'employee', employee, observed);
      flushSoon();
    },
    async list(tenant, kind, { after, limit }) {
      const rows = await withTenant(db.app, tenant, (tx) =>
        visibleScanners(tx, kind, after, limit),
      );
      return rows.map((row) => ({
        ...row,
        name: open(keyring, row.name, scannerBoundTo(row.id)).toString('utf8'),
      }));
    },
    remove: (tenant, id) => withTenant(db.app, tenant, (tx) => deleteScanner(tx, id)),
    flush,
  };
}

function count(
  waiting: Map<string, Waiting>,
  { tenant, clockOffsetMs }: ScanSender,
  kind: ScannerKind,
  name: string,
  { scan, rejected, nowMs }: { scan: Scan; rejected: boolean; nowMs: number },
): void {
  const key = `${tenant.merchantId} ${tenant.mode} ${kind} ${name}`;
  let known = waiting.get(key);
  if (known === undefined) {
    if (waiting.size >= WAITING_MAX) return;
    known = {
      tenant,
      kind,
      name,
      clockOffsetMs: null,
      facilityCode: null,
      atMs: nowMs,
      scans: 0,
      rejected: 0,
    };
    waiting.set(key, known);
  }
  // A clock belongs to a device; an employee with several devices has none.
  if (kind === 'device' && clockOffsetMs !== null) known.clockOffsetMs = clockOffsetMs;
  known.facilityCode = scan.facility_code ?? known.facilityCode;
  known.atMs = nowMs;
  known.scans += rejected ? 0 : 1;
  known.rejected += rejected ? 1 : 0;
}

function toFigures(
  { keyring, clock, randomBytes }: ScannersDeps,
  hashKey: Uint8Array,
  { tenant, kind, name, ...figures }: Waiting,
): ScannerFigures {
  const id = uuidV7(clock.nowMs(), randomBytes(10));
  const digest = createHmac('sha256', hashKey)
    .update(JSON.stringify([tenant.merchantId, tenant.mode, kind, name]))
    .digest();
  return {
    id,
    kind,
    ...tenant,
    ...figures,
    nameHash: digest.subarray(0, HASH_BYTES),
    name: seal(keyring, Buffer.from(name, 'utf8'), scannerBoundTo(id)),
  };
}

/**
 * Returns a function that loads the installation's key for the hashes by which devices, employees
 * and couriers' own numbers are looked up: they must be searchable without being readable. It is
 * loaded once per process; a failed load is retried.
 */
export function recognitionKey(deps: {
  readonly db: Pick<Database, 'pipeline'>;
  readonly keyring: Keyring;
  readonly randomBytes: RandomBytes;
}): () => Promise<Uint8Array> {
  let key: Promise<Uint8Array> | null = null;
  return () => {
    key ??= scannerKey(deps.db.pipeline, deps.keyring, deps.randomBytes).catch((error: unknown) => {
      key = null;
      throw error;
    });
    return key;
  };
}
