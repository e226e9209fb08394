import { LRUCache } from 'lru-cache';
import { Counter, type Registry } from 'prom-client';
import type { CarrierAdapter, ScanDesk } from '../../adapters/contract/contract.ts';
import { entriesMax } from '../../kernel/entries-max.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Clock } from '../../platform/clock.ts';
import type { FacilityOf } from '../facilities/facilities-in-memory.ts';
import type { NewInboundMessage } from '../inbound-message.ts';
import type { Inbox } from '../inbox.ts';
import { type ScanTerms, scanFault, withFacility } from './check-scan.ts';
import { correctionMs } from './clock-offset.ts';
import {
  SCANS_OF_INBOUND_MESSAGE_MAX,
  type Scan,
  type ScanFault,
  type ScanResult,
  type ScanSender,
} from './scan.ts';
import type { Scanners } from './scanners.ts';

/** A scan of valid form, or its fault. */
export type ReadScan = { readonly scan: Scan } | { readonly fault: ScanFault };

/** A scan with what identifies it. */
export interface NamedScan {
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly identity: readonly string[];
}

interface ScanIntakeDeps {
  /** The adapter with the capability `scans`, and what it provides. */
  readonly own: CarrierAdapter & { readonly scans: ScanDesk };
  readonly adapter: (carrier: string) => CarrierAdapter | null;
  readonly inbox: Pick<Inbox, 'store'>;
  readonly facilityOf: FacilityOf;
  /**
   * Returns those of these scans that are recorded already, as far as that is quickly known: one
   * that is missed is still recorded only once.
   */
  readonly recorded: (
    tenant: Tenant,
    scans: readonly NamedScan[],
  ) => Promise<ReadonlySet<NamedScan>>;
  readonly scanners: Pick<Scanners, 'saw'>;
  readonly clock: Clock;
  readonly recent?: RecentScans;
  /** Called with the results of the scans of each request. */
  readonly count?: (results: readonly ScanResult[]) => void;
}

export interface ScanIntake {
  /**
   * Stores scans as inbound messages. Resolves once they are on disk, with one result for each in
   * the given order. Rejects as the inbox does, and then any of them may be missing: when they are
   * sent again, the result says which were stored.
   */
  take(sender: ScanSender, scans: readonly ReadScan[]): Promise<readonly ScanResult[]>;

  /**
   * Prepares scans for a caller who stores the inbound messages in its own transaction. Duplicates
   * are detected among these scans only.
   */
  prepare(sender: ScanSender, scans: readonly ReadScan[]): PreparedScans;
}

export interface PreparedScans {
  /** One for each scan, in the given order. */
  readonly results: readonly ScanResult[];
  readonly inboundMessages: readonly NewInboundMessage[];
  /** Counts the scans; to be called once they are on disk. */
  countStored(): void;
}

/** Accepts scans. They are interpreted later, as with any inbound message. */
export function createScanIntake(deps: ScanIntakeDeps): ScanIntake {
  const recent = deps.recent ?? createRecentScans();
  return {
    async take(sender, scans) {
      const checked = checkAll(deps, sender, scans);
      const notRecent = validOnce(checked).filter(({ name }) => !recent.has(name));
      const fresh = await withoutRecorded(deps, sender.tenant, notRecent);
      const inboundMessages = inboundMessagesOf(deps, sender, fresh);
      await Promise.all(inboundMessages.map((inboundMessage) => deps.inbox.store(inboundMessage)));
      recent.add(fresh.map(({ name }) => name));
      const results = resultsOf(checked, fresh);
      countScans(deps, sender, checked, results);
      return results;
    },
    prepare(sender, scans) {
      const checked = checkAll(deps, sender, scans);
      const fresh = validOnce(checked);
      const inboundMessages = inboundMessagesOf(deps, sender, fresh);
      const results = resultsOf(checked, fresh);
      return {
        results,
        inboundMessages,
        countStored: () => countScans(deps, sender, checked, results),
      };
    },
  };
}

interface ValidScan extends NamedScan {
  readonly scan: Scan;
  readonly name: string;
}
type CheckedScan = ValidScan | { readonly fault: ScanFault; readonly scan: Scan | null };

function checkAll(
  deps: ScanIntakeDeps,
  sender: ScanSender,
  scans: readonly ReadScan[],
): CheckedScan[] {
  const { own } = deps;
  const terms: ScanTerms = {
    tenant: sender.tenant,
    ownCarrier: own.manifest.name,
    isCarrier: (name) => deps.adapter(name) !== null,
    facilityCodes: sender.facilityCodes,
    correctionMs: correctionMs(sender.clockOffsetMs ?? 0),
    facilityOf: deps.facilityOf,
    nowMs: deps.clock.nowMs(),
  };
  return scans.map((read) => {
    if ('fault' in read) return { fault: read.fault, scan: null };
    const scan = withFacility(
      withoutOwnCarrier(read.scan, own.manifest.name),
      sender.facilityCodes,
    );
    const fault = scanFault(scan, terms);
    return fault === null ? withIdentity(deps, sender.tenant, scan) : { fault, scan };
  });
}

/**
 * Removes the carrier of own parcels from a scan: it is redundant, and two spellings would be two
 * scans.
 */
function withoutOwnCarrier(scan: Scan, ownCarrier: string): Scan {
  return scan.carrier === ownCarrier ? { ...scan, carrier: undefined } : scan;
}

/** Returns a scan with its normalized number and its identity; a fault if the number is empty. */
function withIdentity(deps: ScanIntakeDeps, tenant: Tenant, sent: Scan): CheckedScan {
  const carrier = sent.carrier ?? deps.own.manifest.name;
  const numbers = (deps.adapter(carrier) ?? deps.own).numbers;
  const trackingNumber = numbers.normalize(sent.tracking_number);
  if (trackingNumber === '') return { fault: NO_NUMBER, scan: sent };
  const isClean = trackingNumber === sent.tracking_number;
  const scan = isClean ? sent : { ...sent, tracking_number: trackingNumber };
  const identity = deps.own.scans.identity({
    code: scan.code,
    scannedAt: scan.scanned_at,
    facilityCode: scan.facility_code ?? '',
    piece: scan.piece ?? '',
  });
  const name = scanName(tenant, carrier, trackingNumber, identity);
  return { scan, carrier, trackingNumber, identity, name };
}

const NO_NUMBER: ScanFault = {
  code: 'invalid',
  pointer: '/tracking_number',
  reason: 'scans.onlyBlanksAndDashes',
  fix: 'scans.usePrintedNumber',
};

function resultsOf(
  checked: readonly CheckedScan[],
  fresh: readonly ValidScan[],
): readonly ScanResult[] {
  const stored = new Set<CheckedScan>(fresh);
  return checked.map((each) => {
    if ('fault' in each) return { outcome: 'rejected', error: each.fault };
    return { outcome: stored.has(each) ? 'accepted' : 'duplicate' };
  });
}

/** Returns the scans without a fault, each once. */
function validOnce(checked: readonly CheckedScan[]): readonly ValidScan[] {
  const byName = new Map<string, ValidScan>();
  for (const each of checked) {
    if (!('fault' in each) && !byName.has(each.name)) byName.set(each.name, each);
  }
  return [...byName.values()];
}

/** Returns those of the scans that are not recorded yet. */
async function withoutRecorded(
  deps: ScanIntakeDeps,
  tenant: Tenant,
  fresh: readonly ValidScan[],
): Promise<readonly ValidScan[]> {
  if (fresh.length === 0) return fresh;
  const recorded = await deps.recorded(tenant, fresh);
  return recorded.size === 0 ? fresh : fresh.filter((each) => !recorded.has(each));
}

function inboundMessagesOf(
  { own }: ScanIntakeDeps,
  { tenant, clockOffsetMs }: ScanSender,
  fresh: readonly ValidScan[],
): readonly NewInboundMessage[] {
  const offsetMs = correctionMs(clockOffsetMs ?? 0);
  const inboundMessages: NewInboundMessage[] = [];
  for (let at = 0; at < fresh.length; at += SCANS_OF_INBOUND_MESSAGE_MAX) {
    const scans = fresh.slice(at, at + SCANS_OF_INBOUND_MESSAGE_MAX).map(({ scan }) => scan);
    const content = { ...(offsetMs === 0 ? {} : { clock_offset_ms: offsetMs }), scans };
    inboundMessages.push({
      source: 'scan',
      carrier: own.manifest.name,
      owner: { accountId: null, ...tenant },
      trust: 'internal',
      headers: {},
      body: Buffer.from(JSON.stringify(content)),
    });
  }
  return inboundMessages;
}

function countScans(
  deps: ScanIntakeDeps,
  sender: ScanSender,
  checked: readonly CheckedScan[],
  results: readonly ScanResult[],
): void {
  for (const each of checked) {
    if (each.scan !== null) deps.scanners.saw(sender, each.scan, 'fault' in each);
  }
  deps.count?.(results);
}

/** Limit of remembered scans: half a minute at full load, about 250 bytes each. */
const REMEMBERED_MAX = 100_000;

/**
 * Remembers the scans that this process stored last, so that a scanner that repeats a scan after a
 * lost answer is answered at once. It is only an optimization: a repeated scan that gets through is
 * the same fact again and changes nothing.
 */
interface RecentScans {
  has(name: string): boolean;
  /** Adds scans; to be called only once they are on disk. */
  add(names: readonly string[]): void;
}

export function createRecentScans(max = REMEMBERED_MAX): RecentScans {
  const known = new LRUCache<string, true>(entriesMax(max));
  return {
    has: (name) => known.has(name),
    add(names) {
      for (const name of names) known.set(name, true);
    },
  };
}

/**
 * Returns a text that distinguishes a scan from every other of the installation. No part of it
 * contains a line break.
 */
function scanName(
  { merchantId, mode }: Tenant,
  carrier: string,
  trackingNumber: string,
  identity: readonly string[],
): string {
  return `${merchantId}\n${mode}\n${carrier}\n${trackingNumber}\n${identity.join('\n')}`;
}

/** Counts scans by result. */
export function scanCounter(registry: Registry): (results: readonly ScanResult[]) => void {
  const counter = new Counter({
    name: 'waybill_scans_total',
    help: 'Scans by outcome: accepted, duplicate or rejected.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return (results) => {
    const counts = { accepted: 0, duplicate: 0, rejected: 0 };
    for (const { outcome } of results) counts[outcome] += 1;
    for (const [outcome, count] of Object.entries(counts)) {
      if (count > 0) counter.inc({ outcome }, count);
    }
  };
}
