import { join } from 'node:path';
import type { AdapterManifest, Registry as AdapterRegistry } from '../../../adapters/index.ts';
import type { Drops, Proofs, Vocabulary } from '../../../intake/index.ts';
import type { CustodyRecords } from '../../../kernel/custody.ts';
import { Problem } from '../../../kernel/errors.ts';
import {
  type DocumentedCode,
  parseCodesCsv,
  readConfigFile,
} from '../../../normalization/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { Retention } from '../../../platform/settings/retention.ts';
import type { Exceptions } from '../../../reactions/exceptions/index.ts';
import type { WebhookDeps } from '../../../reactions/merchant-webhooks/index.ts';
import type { MailboxView, Notifications } from '../../../reactions/notifications/index.ts';
import type { ActiveModel } from '../../../reactions/predictions/index.ts';
import {
  type ActiveMappings,
  coverageOfStored,
  type ReviewDeps,
  type SettleDeps,
  type StoredCoverage,
  startRenormalization,
  storedCodes,
  vocabularyOfCarriers,
} from '../../../tracking/ports/mappings.ts';
import type { TrackingDeps } from '../../../tracking/ports/shipments.ts';
import type { Templating } from '../notification-templates/routes.ts';
import type { Readiness } from '../system/health.ts';

/** Dependencies of the operators' API and console. */
interface OpsDeps {
  readonly db: Database;
  readonly tracking: TrackingDeps;
  readonly adapters: AdapterRegistry;
  readonly mappings: ActiveMappings;
  readonly webhooks: WebhookDeps;
  /** Absent: no case management. */
  readonly exceptions?: Exceptions;
  /** Own couriers' custody of parcels; absent: no own couriers. */
  readonly custody?: CustodyRecords | undefined;
  /** Absent: no predictions in this process. */
  readonly eddModel?: Pick<ActiveModel, 'problem'>;
  readonly drops: Omit<Drops, 'find'>;
  readonly proofs: Proofs;
  readonly retention: Retention;
  /** Whether the hub runs its own PostgreSQL. */
  readonly isDatabaseEmbedded: boolean;
  readonly readiness: () => Promise<Readiness>;
  /** Null when this process has no mailbox. */
  readonly mailbox: MailboxView | null;
  readonly templating: Templating;
  readonly notifications: Pick<Notifications, 'revive'>;
  readonly publicUrl: () => string;
  readonly log: Logger;
}

/** The dependencies, and objects derived from them once for API and console alike. */
export interface OpsParts extends OpsDeps {
  readonly clock: Clock;
  readonly vocabulary: () => Promise<Vocabulary>;
  readonly review: ReviewDeps;
  readonly settle: SettleDeps;
  /** Coverage of the codes actually received, by carrier; recomputed at most once a minute. */
  readonly observedCoverage: () => Promise<ReadonlyMap<string, StoredCoverage>>;
  /** A carrier's documented codes; empty without a list. */
  documentedOf(carrier: string): Promise<readonly DocumentedCode[]>;
  /** Throws a 404 for a carrier that is not installed. */
  carrier(name: string): AdapterManifest;
}

/** Counting received codes reads every fact, so reloading a page must not repeat it. */
const COVERAGE_CACHE_MS = 60_000;

export function createOpsParts(deps: OpsDeps): OpsParts {
  const { tracking, adapters, mappings, db } = deps;
  const lists = new Map<string, Promise<readonly DocumentedCode[]>>();
  const documentedOf = (carrier: string): Promise<readonly DocumentedCode[]> => {
    const folder = adapters.home(carrier)?.folder;
    if (folder === undefined) return Promise.resolve([]);
    const known = lists.get(carrier) ?? readDocumentedCodes(folder);
    lists.set(carrier, known);
    return known;
  };
  let cachedVocabulary: Promise<Vocabulary> | null = null;
  const vocabulary = (): Promise<Vocabulary> => {
    const carriers = adapters.list().map(({ manifest }) => manifest.name);
    cachedVocabulary ??= Promise.all(carriers.map(documentedOf)).then((all) =>
      vocabularyOfCarriers(all.flat()),
    );
    return cachedVocabulary;
  };
  let observedCoverage: {
    atMs: number;
    counted: Promise<ReadonlyMap<string, StoredCoverage>>;
  } | null = null;
  const countCoverage = async (): Promise<ReadonlyMap<string, StoredCoverage>> => {
    const { byCarrier, sampled } = await storedCodes(db.pipeline);
    const coverages = new Map<string, StoredCoverage>();
    for (const { manifest } of adapters.list()) {
      const mapping = mappings.current(manifest.name);
      if (mapping === null) continue;
      const codes = byCarrier.get(manifest.name) ?? [];
      coverages.set(manifest.name, coverageOfStored(mapping, codes, sampled));
    }
    return coverages;
  };
  return {
    ...deps,
    clock: tracking.clock,
    vocabulary,
    review: { tracking, documented: documentedOf, vocabulary },
    settle: {
      tracking,
      mappings,
      renormalize: (order) => startRenormalization(tracking, order),
    },
    observedCoverage() {
      const nowMs = tracking.clock.nowMs();
      if (observedCoverage === null || nowMs - observedCoverage.atMs > COVERAGE_CACHE_MS) {
        const counted = countCoverage();
        observedCoverage = { atMs: nowMs, counted };
        // A failure is not cached: the next request tries again.
        counted.catch(() => {
          observedCoverage = null;
        });
      }
      return observedCoverage.counted;
    },
    documentedOf,
    carrier(name) {
      const manifest = adapters.get(name)?.manifest;
      if (manifest !== undefined) return manifest;
      const known = adapters.list().map((adapter) => adapter.manifest.name);
      throw new Problem('not_found', { 'mappings.unknownCarrier': { known: known.join(', ') } });
    },
  };
}

/** Reads an adapter's list of codes; empty if it contains none. */
async function readDocumentedCodes(folder: string): Promise<readonly DocumentedCode[]> {
  const text = await readConfigFile(join(folder, 'codes.csv')).catch(() => null);
  return text === null ? [] : parseCodesCsv(text);
}
