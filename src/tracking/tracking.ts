import type { CarrierAdapter } from '../adapters/contract/contract.ts';
import { bridgeCodes } from '../adapters/index.ts';
import type { FacilityOf } from '../intake/index.ts';
import type { Mapping } from '../normalization/index.ts';
import type { Clock, RandomBytes } from '../platform/clock.ts';
import type { Database } from '../platform/database/database.ts';
import type { EnvelopeSealer } from '../platform/sealing/sealing.ts';
import { foldPolicy } from './fold/fold-input.ts';
import { LOOKBACK_MS } from './instances/instances.ts';
import type { Describe } from './public/public-track.ts';
import type { Fence } from './record/fence.ts';
import type { CarrierOfCode, ForMerchant } from './record/interpret.ts';
import { RecentRecords } from './record/recent-records.ts';
import type { RecordContext } from './record/record.ts';
import type { PeopleHashes } from './search/people-hashes.ts';

/** The dependencies of this stage; created once, in the composition of a hub. */
interface TrackingParts {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly sealer: EnvelopeSealer;
  /**
   * Computes the hashes for finding recipients; if absent, a process with the key computes them
   * later.
   */
  readonly people?: PeopleHashes | null;
  /** Returns a carrier's adapter; null for a carrier that is not installed. */
  readonly adapter: (carrier: string) => CarrierAdapter | null;
  /** Returns the active mapping; null as long as there has never been a valid one. */
  readonly mapping: (carrier: string) => Mapping | null;
  /** Returns a mapping with the merchant's own rules; absent if no merchant has rules. */
  readonly forMerchant?: ForMerchant;
  /** Finds carriers by bridges' codes; by default in the shipped catalogue. */
  readonly carrierOf?: CarrierOfCode;
  /**
   * Returns a mapping by its version, for explanations; if absent, they use only what is stored
   * with a fact.
   */
  readonly mappingOf?: (carrier: string, version: string) => Promise<Mapping | null>;
  /** Finds the facility that an event's place means; absent if no facilities are known. */
  readonly facilityOf?: FacilityOf;
  readonly describe: Describe;
  /**
   * Returns the hub's public URL, without a slash at the end; if absent, links begin with the path.
   */
  readonly publicUrl?: () => string;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /**
   * Whether a reaction weighs dates and announces changed days; by default they are announced as
   * received.
   */
  readonly announcesDatesSeparately?: boolean;
  /** The latest restore from a backup; absent: there was none. */
  readonly fence?: Fence | null;
  /** How long before its registration a live shipment's facts may be dated. */
  readonly lookbackMs?: number;
}

export interface TrackingDeps
  extends Omit<TrackingParts, 'describe' | 'lookbackMs' | 'publicUrl' | 'people'> {
  readonly carrierOf: CarrierOfCode;
  readonly people: PeopleHashes | null;
  readonly lookbackMs: number;
  readonly publicUrl: () => string;
  readonly recent: RecentRecords;
  /** What recording needs, with the clock read once for the whole transaction. */
  readonly context: () => RecordContext;
}

/** Creates the dependencies of all functions of tracking from the parts that a hub provides. */
export function createTracking(parts: TrackingParts): TrackingDeps {
  const {
    describe,
    adapter,
    clock,
    randomBytes,
    facilityOf,
    announcesDatesSeparately = false,
  } = parts;
  const manifestOf = (name: string) => adapter(name)?.manifest ?? null;
  const policyOf = (carrier: string) => foldPolicy(manifestOf(carrier), manifestOf);
  const publicUrl = parts.publicUrl ?? (() => '');
  return {
    ...parts,
    carrierOf: parts.carrierOf ?? bridgeCodes((carrier) => adapter(carrier) !== null).carrierOf,
    people: parts.people ?? null,
    publicUrl,
    recent: new RecentRecords(),
    lookbackMs: parts.lookbackMs ?? LOOKBACK_MS,
    context: () => ({
      nowMs: clock.nowMs(),
      randomBytes,
      policyOf,
      describe,
      announcesDatesSeparately,
      fence: parts.fence ?? null,
      publicUrl: publicUrl(),
      facilityOf,
    }),
  };
}
