import type { CarrierReport, CodeMatch, ReportedFact } from '../../adapters/contract/contract.ts';
import type { PlaceTime } from '../../kernel/time/place-time.ts';
import type { InboundMessageSource, Trust } from '../../kernel/trust.ts';
import type { Reading } from '../../normalization/index.ts';

/** What facilities add to one observation of a fact. */
export interface FacilityZone {
  /** The facility that gave the time its zone. */
  readonly zoneFacilityId?: string;
  /** The time by the hub's own facilities, if the merchant's facilities give another. */
  readonly neutralTime?: PlaceTime;
}

/** The part of a fact from which its reading is made. */
interface CodedFact {
  readonly codes: CodeMatch;
  readonly logical: boolean;
}

/** One parsed report about one number, with how it was received: what the pipeline records. */
export interface IngestedReport {
  readonly inboundMessageId: string;
  readonly source: InboundMessageSource;
  readonly trust: Trust;
  /** Whether it arrived through an account whose secret the merchant itself holds. */
  readonly byAccount: boolean;
  readonly receivedAtMs: number;
  /** Whether its message reports on no other number; absent: it may. */
  readonly isAlone?: boolean;
  readonly report: CarrierReport;
  /** Whether another service had recorded it, and its history is moved here; absent: no. */
  readonly isImported?: true;
  /** The bridge that reported it; absent: the parcel's own carrier, or a scan. */
  readonly bridge?: string;
  /** The carrier whose mapping reads the report; absent if it is the parcel's own carrier. */
  readonly readBy?: string;
  /** What facilities add to the observations of some of its facts. */
  readonly facilityZones?: ReadonlyMap<ReportedFact, FacilityZone>;
  /** Returns a fact's codes as one word, for people. */
  readonly codeOf: (codes: CodeMatch) => string;
  /**
   * Reads a fact's codes, with the merchant's own rules; a null `merchantId` means without them.
   */
  readonly read: (fact: CodedFact, merchantId: string | null) => Reading;
  /**
   * Reads a fact's codes without the merchant's rules; null if the merchant has no rules of its
   * own.
   */
  readonly readNeutrally?: (fact: CodedFact, merchantId: string) => Reading | null;
}
