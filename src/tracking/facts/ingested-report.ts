import type { CarrierReport, CodeMatch, ReportedFact } from '../../adapters/contract/contract.ts';
import type { PlaceTime } from '../../kernel/time/place-time.ts';
import type { InboundMessagesource, Trust } from '../../kernel/trust.ts';
import type { Reading } from '../../normalization/index.ts';

/** What a facility adds to one ingestion of a fact. */
export interface FacilityZone {
  /** Whose zone the time has. */
  readonly zoneFacilityId?: string;
  /** As the deployment's facilities tell the time, where the merchant's own tell it otherwise. */
  readonly neutralTime?: PlaceTime;
}

/** What a reading is made from. */
export interface CodedFact {
  readonly codes: CodeMatch;
  readonly logical: boolean;
}

/**
 * One report about one number, read, with how we received it: the pipeline's input to recording.
 */
export interface IngestedReport {
  readonly inboundMessageId: string;
  readonly source: InboundMessagesource;
  readonly trust: Trust;
  /** It arrived through an account whose secret the merchant itself holds. */
  readonly byAccount: boolean;
  readonly receivedAtMs: number;
  readonly report: CarrierReport;
  /** The carrier whose mapping read it; absent: its own. */
  readonly readBy?: string;
  /** What facilities add to the ingestion of some of its facts. */
  readonly facilityZones?: ReadonlyMap<ReportedFact, FacilityZone>;
  /** A fact's codes as one word, for people. */
  readonly codeOf: (codes: CodeMatch) => string;
  /** The reading of a fact's codes, for a merchant with its own rules. */
  readonly read: (fact: CodedFact, merchantId: string | null) => Reading;
  /** The deployment's reading, where the merchant has rules of its own; else null. */
  readonly readNeutrally?: (fact: CodedFact, merchantId: string) => Reading | null;
}
