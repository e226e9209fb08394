import {
  type CarrierAdapter,
  type CarrierReport,
  type Payload,
  reportsAsRead,
} from '../../adapters/contract/contract.ts';
import type { InboundMessage } from '../../intake/index.ts';
import type { ReadStatus } from '../../kernel/status.ts';
import { storable } from '../../kernel/wire/storable.ts';
import { type Mapping, type Reading, readFact } from '../../normalization/index.ts';
import { shownCode } from '../facts/fact-names.ts';
import type { IngestedReport } from '../facts/ingested-report.ts';

/** The result of interpreting an inbound message. */
export type Interpretation =
  | { readonly kind: 'ingested'; readonly reports: readonly IngestedReport[] }
  /** Authentic and understood, but about no parcel (a handshake, a "not found"). */
  | { readonly kind: 'nothing'; readonly reason: string }
  /** Authentic but not understood. It becomes a dead letter until somebody replays it. */
  | { readonly kind: 'dead'; readonly reason: string };

/** Returns a mapping with a merchant's own rules applied; the mapping itself if there are none. */
export type ForMerchant = (mapping: Mapping, merchantId: string) => Mapping;

/** Returns our id of the carrier that a bridge calls by this code; null if there is none. */
export type CarrierOfCode = (bridge: string, code: string) => string | null;

/**
 * Interprets an inbound message: parses it into reports and provides the readings of their codes.
 * Pure and total. All facts of the message are read with this one mapping, even if another version
 * becomes active meanwhile.
 */
export function interpret(
  inboundMessage: InboundMessage,
  adapter: CarrierAdapter | null,
  mapping: Mapping | null,
  {
    forMerchant = (base) => base,
    carrierOf,
  }: {
    readonly forMerchant?: ForMerchant | undefined;
    readonly carrierOf: CarrierOfCode;
  },
): Interpretation {
  if (adapter === null)
    return dead(`no adapter for carrier "${inboundMessage.carrier}" is installed`);
  if (mapping === null)
    return dead(`no valid mapping for carrier "${inboundMessage.carrier}" is loaded`);
  const text = decode(inboundMessage.body);
  if (text === null) return dead('the body is not UTF-8 text');
  const outcome = storable(adapter.parse(payloadOf(inboundMessage, text)));
  if (outcome.outcome === 'reports') {
    const own = readersOf(mapping, forMerchant);
    const others = withoutEndings(own);
    const requested = requestedIn(inboundMessage);
    const bridge = adapter.manifest.role === 'bridge' ? adapter.manifest.name : undefined;
    const reports = reportsAsRead(outcome)
      .map((report) => withRequestedNumber(report, requested))
      .flatMap((report) => {
        if (bridge === undefined) return report;
        const carrier = carrierOfReport(report, inboundMessage, (code) => carrierOf(bridge, code));
        return carrier === null ? [] : bridgedReport(report, bridge, carrier);
      });
    if (reports.length === 0 && outcome.reports.length > 0) {
      return { kind: 'nothing', reason: 'it is about no carrier that this hub knows' };
    }
    const isAlone = new Set(reports.map(numberOf)).size === 1;
    return {
      kind: 'ingested',
      reports: reports.map((report) => ({
        inboundMessageId: inboundMessage.id,
        source: inboundMessage.source,
        trust: inboundMessage.trust,
        byAccount: inboundMessage.owner !== null,
        receivedAtMs: inboundMessage.receivedAtMs,
        isAlone,
        report,
        ...(bridge !== undefined && { bridge }),
        readBy: inboundMessage.carrier,
        codeOf: (codes) => shownCode(adapter.manifest, codes),
        ...(report.carrier === undefined || bridge !== undefined ? own : others),
      })),
    };
  }
  if (outcome.outcome === 'unreadable') return dead(outcome.reason);
  return { kind: 'nothing', reason: `${outcome.outcome}: ${outcome.reason}` };
}

function numberOf({ carrier, trackingNumber }: CarrierReport): string {
  return `${carrier ?? ''} ${trackingNumber}`;
}

/**
 * Returns the carrier of a bridge's report: the one that the report names by the bridge's code, or
 * else, in an answer about a registered parcel, the parcel's own. Null: a carrier that the hub does
 * not know.
 */
function carrierOfReport(
  { carrier: code, trackingNumber }: CarrierReport,
  message: InboundMessage,
  carrierOf: (code: string) => string | null,
): string | null {
  const named = code === undefined ? null : carrierOf(code);
  if (named !== null || requestedIn(message) !== trackingNumber) return named;
  return message.headers[REQUESTED_CARRIER] ?? null;
}

/**
 * Returns a bridge's report with its facts named apart from those of the carrier and of other
 * bridges, whose codes may be the same words. Its piece id is the bridge's own, and could not be
 * compared with the carrier's.
 */
function bridgedReport(report: CarrierReport, bridge: string, carrier: string): CarrierReport {
  const named = (identity: readonly string[]) => ['bridge', bridge, ...identity];
  return {
    ...report,
    carrier,
    carrierPieceId: null,
    facts: report.facts.map(({ formerIdentity, ...fact }) => ({
      ...fact,
      identity: named(fact.identity),
      ...(formerIdentity !== undefined && { formerIdentity: named(formerIdentity) }),
    })),
  };
}

type Readers = Required<Pick<IngestedReport, 'read' | 'readNeutrally'>>;

/**
 * Limits readings to what a merchant's own scan of another carrier's parcel proves: that the parcel
 * was in the merchant's building. Only its carrier may report how its journey ends, including the
 * return that would end it.
 */
function withoutEndings({ read, readNeutrally }: Readers): Readers {
  const withoutEnding = (reading: Reading): Reading => ({
    ...reading,
    ...(ENDINGS.has(reading.status) ? { status: 'none' as const, logical: true } : {}),
    correction: false,
    returnCancelled: false,
  });
  return {
    read: (fact, merchantId) => withoutEnding(read(fact, merchantId)),
    readNeutrally(fact, merchantId) {
      const neutral = readNeutrally(fact, merchantId);
      return neutral && withoutEnding(neutral);
    },
  };
}

const ENDINGS: ReadonlySet<ReadStatus> = new Set([
  'delivered',
  'returning',
  'returned_to_sender',
  'cancelled',
]);

/**
 * Creates the functions that read facts: with the merchant's rules, and without them if the
 * merchant has any.
 */
function readersOf(mapping: Mapping, forMerchant: ForMerchant): Readers {
  const tables = new Map<string, Mapping>();
  const tableOf = (merchantId: string): Mapping => {
    const known = tables.get(merchantId);
    if (known !== undefined) return known;
    const table = forMerchant(mapping, merchantId);
    tables.set(merchantId, table);
    return table;
  };
  return {
    read: (fact, merchantId) => readFact(merchantId === null ? mapping : tableOf(merchantId), fact),
    readNeutrally: (fact, merchantId) =>
      tableOf(merchantId) === mapping ? null : readFact(mapping, fact),
  };
}

/**
 * Headers of a poll's message: the requested number, the parcel's carrier if a bridge was polled,
 * and the HTTP status of the answer.
 */
const REQUESTED_NUMBER = ':number';
const REQUESTED_CARRIER = ':carrier';
const HTTP_STATUS = ':status';

/**
 * Returns the adapter's input for a message. Depends only on the stored message, so reading it again
 * gives the same input.
 */
export function payloadOf(inboundMessage: InboundMessage, text: string): Payload {
  if (inboundMessage.source !== 'poll') return { text, kind: 'webhook' };
  const httpStatus = Number(inboundMessage.headers[HTTP_STATUS]);
  const requested = requestedIn(inboundMessage);
  return {
    text,
    kind: 'track',
    ...(Number.isInteger(httpStatus) ? { httpStatus } : {}),
    ...(requested === undefined ? {} : { requestedNumber: requested }),
  };
}

function requestedIn({ source, headers }: InboundMessage): string | undefined {
  return source === 'poll' ? headers[REQUESTED_NUMBER] : undefined;
}

/**
 * Gives the report the number that was requested, which is the registered one, because the answer
 * may spell it differently.
 */
function withRequestedNumber(report: CarrierReport, requested: string | undefined): CarrierReport {
  if (requested === undefined || !report.aliases.includes(requested)) return report;
  return { ...report, trackingNumber: requested };
}

function dead(reason: string): Interpretation {
  return { kind: 'dead', reason };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decode(body: Uint8Array): string | null {
  try {
    return UTF8.decode(body);
  } catch {
    return null;
  }
}
