import type { AdapterManifest, CarrierReport } from '../../adapters/contract/contract.ts';
import { type Mapping, readFact } from '../../normalization/index.ts';
import { shownCode } from '../facts/fact-names.ts';
import { EMPTY_HISTORY, foldInput } from '../facts/history.ts';
import { ingest } from '../facts/ingest.ts';
import { fold } from '../fold/fold.ts';
import { foldPolicy } from '../fold/fold-input.ts';
import { stateOf } from '../record/state.ts';
import type { ShipmentState } from '../shipment.ts';
import { type TimelineEvent, timeline } from './timeline.ts';

/** The result of a single report: parsed, read and folded without any other history. */
export interface ReportPreview {
  readonly trackingNumber: string;
  readonly state: ShipmentState;
  readonly events: readonly TimelineEvent[];
}

/**
 * Returns what a single report would show. Pure. It serves `carrier parse`, which has no inbound
 * messages, so no time is too late to be plausible.
 */
export function reportPreview(
  report: CarrierReport,
  mapping: Mapping,
  manifest: AdapterManifest,
): ReportPreview {
  const { history } = ingest(EMPTY_HISTORY, {
    inboundMessageId: 'preview',
    source: 'webhook',
    trust: 'signed',
    byAccount: false,
    receivedAtMs: Number.POSITIVE_INFINITY,
    report,
    codeOf: (codes) => shownCode(manifest, codes),
    read: (fact) => readFact(mapping, fact),
  });
  const folded = fold(foldInput(history, foldPolicy(manifest), Number.POSITIVE_INFINITY));
  return {
    trackingNumber: report.trackingNumber,
    state: stateOf(history, folded),
    events: timeline(history, folded, null),
  };
}
