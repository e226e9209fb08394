import type { CarrierAdapter, ScanDesk } from '../../adapters/contract/contract.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Clock } from '../../platform/clock.ts';
import type { FacilityOf } from '../facilities/facilities-in-memory.ts';
import type { Inbox } from '../inbox.ts';
import { type ScanTerms, scanFault, withFacility } from './check-scan.ts';
import { correctionMs } from './clock-offset.ts';
import { createRecentScans, type RecentScans, scanName } from './recent-scans.ts';
import {
  SCANS_OF_RECEIPT_MAX,
  type Scan,
  type ScanFault,
  type ScanResult,
  type ScanSender,
} from './scan.ts';
import { packScans } from './scan-content.ts';
import type { Scanners } from './scanners.ts';

/** A scan whose form is good, or what is wrong with it. */
export type ReadScan = { readonly scan: Scan } | { readonly fault: ScanFault };

/** A scan by what names it. */
export interface NamedScan {
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly identity: readonly string[];
}

export interface ScanIntakeDeps {
  /** The adapter with the capability `scans`, and what it lends. */
  readonly own: CarrierAdapter & { readonly scans: ScanDesk };
  readonly adapter: (carrier: string) => CarrierAdapter | null;
  readonly inbox: Pick<Inbox, 'store'>;
  readonly facilityOf: FacilityOf;
  /**
   * Which of these are recorded already, as far as that is known soon: one that is missed is
   * recorded once all the same.
   */
  readonly recorded: (
    tenant: Tenant,
    scans: readonly NamedScan[],
  ) => Promise<ReadonlySet<NamedScan>>;
  readonly scanners: Pick<Scanners, 'saw'>;
  readonly clock: Clock;
  readonly recent?: RecentScans;
  /** Told what became of the scans of each request. */
  readonly count?: (results: readonly ScanResult[]) => void;
}

export interface ScanIntake {
  /**
   * Stores scans as receipts; resolves once they are on disk, with one result for each in the given
   * order. Rejects as the inbox does, and then none of them need be there: who sends them again is
   * told which were.
   */
  take(sender: ScanSender, scans: readonly ReadScan[]): Promise<readonly ScanResult[]>;
}

/** Where scans come in. What they mean is found out later, as with any receipt. */
export function createScanIntake(deps: ScanIntakeDeps): ScanIntake {
  const recent = deps.recent ?? createRecentScans();
  return {
    async take(sender, scans) {
      const judged = judge(deps, sender, scans);
      const fresh = await withoutKnown(deps, recent, sender.tenant, judged);
      await store(deps, sender, fresh);
      recent.add(fresh.map(({ name }) => name));
      const stored = new Set<Judged>(fresh);
      const results = judged.map((each): ScanResult => {
        if ('fault' in each) return { outcome: 'rejected', error: each.fault };
        return { outcome: stored.has(each) ? 'accepted' : 'duplicate' };
      });
      note(deps, sender, judged);
      deps.count?.(results);
      return results;
    },
  };
}

interface Good extends NamedScan {
  readonly scan: Scan;
  readonly name: string;
}
type Judged = Good | { readonly fault: ScanFault; readonly scan: Scan | null };

function judge(deps: ScanIntakeDeps, sender: ScanSender, scans: readonly ReadScan[]): Judged[] {
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
    const scan = withFacility(inOwnWords(read.scan, own.manifest.name), sender.facilityCodes);
    const fault = scanFault(scan, terms);
    return fault === null ? named(deps, sender.tenant, scan) : { fault, scan };
  });
}

/** Naming the carrier of own parcels says what goes without saying, and two spellings would be two scans. */
function inOwnWords(scan: Scan, ownCarrier: string): Scan {
  return scan.carrier === ownCarrier ? { ...scan, carrier: undefined } : scan;
}

function named(deps: ScanIntakeDeps, tenant: Tenant, sent: Scan): Judged {
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
  reason: 'Nothing is left of it but blanks and dashes.',
  fix: 'Send the number as it is printed.',
};

/** Those that came neither twice in this request nor before. */
async function withoutKnown(
  deps: ScanIntakeDeps,
  recent: RecentScans,
  tenant: Tenant,
  judged: readonly Judged[],
): Promise<readonly Good[]> {
  const seen = new Set<string>();
  const fresh: Good[] = [];
  for (const each of judged) {
    if ('fault' in each || seen.has(each.name) || recent.has(each.name)) continue;
    seen.add(each.name);
    fresh.push(each);
  }
  if (fresh.length === 0) return fresh;
  const recorded = await deps.recorded(tenant, fresh);
  return recorded.size === 0 ? fresh : fresh.filter((each) => !recorded.has(each));
}

async function store(
  { own, inbox }: ScanIntakeDeps,
  { tenant, clockOffsetMs }: ScanSender,
  fresh: readonly Good[],
): Promise<void> {
  const offsetMs = correctionMs(clockOffsetMs ?? 0);
  const stored: Promise<string>[] = [];
  for (let at = 0; at < fresh.length; at += SCANS_OF_RECEIPT_MAX) {
    const scans = fresh.slice(at, at + SCANS_OF_RECEIPT_MAX).map(({ scan }) => scan);
    const content = { ...(offsetMs === 0 ? {} : { clock_offset_ms: offsetMs }), scans };
    stored.push(
      inbox.store({
        source: 'scan',
        carrier: own.manifest.name,
        owner: { accountId: null, ...tenant },
        trust: 'internal',
        ...packScans(content),
      }),
    );
  }
  await Promise.all(stored);
}

function note(deps: ScanIntakeDeps, sender: ScanSender, judged: readonly Judged[]): void {
  for (const each of judged) {
    if (each.scan !== null) deps.scanners.saw(sender, each.scan, 'fault' in each);
  }
}
