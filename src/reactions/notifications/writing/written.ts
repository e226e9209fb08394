import type { EnvelopeSealer } from '../../../platform/sealing/sealing.ts';
import type { WrittenMessage } from '../contract.ts';

/** What somebody wrote may name people: it is kept under a key of its own, which goes with the shipment. */
export interface SealedWritten {
  readonly sealed: Uint8Array;
  readonly dataKey: Uint8Array;
}

export function sealWritten(
  sealer: EnvelopeSealer,
  { subject, text }: WrittenMessage,
): SealedWritten {
  return sealer.seal(Buffer.from(JSON.stringify({ subject, text }), 'utf8'));
}

export function openWritten(
  sealer: EnvelopeSealer,
  { sealed, dataKey }: SealedWritten,
): WrittenMessage {
  const { subject, text } = JSON.parse(Buffer.from(sealer.open(sealed, dataKey)).toString('utf8'));
  return { subject: String(subject), text: String(text) };
}
