import type { CarrierAdapter } from '../adapters/contract.ts';
import type { Receipt } from '../intake/index.ts';
import { type Mapping, readFact } from '../normalization/index.ts';
import type { HeardReport } from './heard.ts';
import { shownCode } from './shown-code.ts';

/** What a receipt turned out to hold. */
export type Interpretation =
  | { readonly kind: 'heard'; readonly reports: readonly HeardReport[] }
  /** Authentic, understood, and about no parcel (a handshake, a "not found"). */
  | { readonly kind: 'nothing'; readonly reason: string }
  /** Authentic and not understood: kept as a dead letter until somebody replays it. */
  | { readonly kind: 'dead'; readonly reason: string };

/** Receipt → carrier reports with readings. Pure and total. */
export function interpret(
  receipt: Receipt,
  adapter: CarrierAdapter | null,
  mapping: Mapping | null,
): Interpretation {
  if (adapter === null) return dead(`no adapter for carrier "${receipt.carrier}" is installed`);
  if (mapping === null) return dead(`no valid mapping for carrier "${receipt.carrier}" is loaded`);
  const text = decode(receipt.body);
  if (text === null) return dead('the body is not UTF-8 text');
  const outcome = adapter.parse({
    text,
    kind: receipt.door === 'poll' ? 'track' : 'webhook',
  });
  if (outcome.outcome === 'reports') {
    return {
      kind: 'heard',
      reports: outcome.reports.map((report) => ({
        receiptId: receipt.id,
        door: receipt.door,
        trust: receipt.trust,
        byAccount: receipt.owner !== null,
        receivedAtMs: receipt.receivedAtMs,
        report,
        codeOf: (codes) => shownCode(adapter.manifest, codes),
        read: (fact) => readFact(mapping, fact),
      })),
    };
  }
  if (outcome.outcome === 'unreadable') return dead(outcome.reason);
  return { kind: 'nothing', reason: `${outcome.outcome}: ${outcome.reason}` };
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
