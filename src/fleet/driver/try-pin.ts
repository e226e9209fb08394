import { judgeAnswer } from './judge-answer.ts';
import type { DriverPorts } from './ports.ts';
import { proofForm } from './proof-form.ts';
import type { Enrolment } from './stored.ts';

/** The hub's verdict on a PIN while the courier is with the recipient. */
export type PinAnswer =
  /** The PIN is right, and the hub has recorded that: the proof need not contain it. */
  | { readonly outcome: 'matched' }
  | { readonly outcome: 'wrong'; readonly attemptsLeft: number }
  /** No more attempts are possible until the merchant renews the PIN. */
  | { readonly outcome: 'locked' }
  /** No answer came in time. Send the PIN with the proof; the queue then reports the verdict. */
  | { readonly outcome: 'unknown' };

/** How long to wait for the answer; nobody waits longer at a door. */
const WAIT_MS = 8_000;
const UNKNOWN: PinAnswer = { outcome: 'unknown' };

/** Checks only the PIN with the hub. Never rejects. */
export async function tryPin(
  { transport, now, newId, timer }: DriverPorts,
  { hub, deviceKey, revoked }: Enrolment,
  shipmentIds: readonly string[],
  pin: string,
): Promise<PinAnswer> {
  if (revoked !== null) return UNKNOWN;
  const sentAt = new Date(now()).toISOString();
  const form = proofForm({ id: newId(), at: sentAt }, { shipment_ids: shipmentIds, pin }, []);
  const headers = {
    authorization: `Bearer ${deviceKey}`,
    accept: 'application/json',
    'waybill-sent-at': sentAt,
  };
  let late: unknown;
  const tooLate = new Promise<null>((resolve) => {
    late = timer.set(() => resolve(null), WAIT_MS);
  });
  const url = `${hub}/v1/driver/proofs`;
  const request = transport({ method: 'POST', url, headers, form }).catch(() => null);
  const answer = await Promise.race([request, tooLate]);
  timer.clear(late);
  if (answer === null) return UNKNOWN;
  const verdict = judgeAnswer(answer, { namesResource: true });
  return verdict.kind === 'done' ? pinAnswerIn(verdict.body) : UNKNOWN;
}

/**
 * Reads the verdict on a PIN. For several parcels the worst result counts, because they are handed
 * over together.
 */
function pinAnswerIn(body: unknown): PinAnswer {
  const { proofs } = (body ?? {}) as { readonly proofs?: unknown };
  if (!Array.isArray(proofs) || proofs.length === 0) return UNKNOWN;
  const pins = proofs.map((proof: unknown) => pinOf(proof));
  if (pins.some(({ outcome }) => outcome === 'locked')) return { outcome: 'locked' };
  const wrong = pins.filter(({ outcome }) => outcome === 'wrong');
  if (wrong.length > 0) {
    const attemptsLeft = Math.min(...wrong.map(({ left }) => left));
    return attemptsLeft > 0 ? { outcome: 'wrong', attemptsLeft } : { outcome: 'locked' };
  }
  const isFine = pins.every(({ outcome }) => outcome === 'matched' || outcome === 'not_required');
  return isFine ? { outcome: 'matched' } : UNKNOWN;
}

function pinOf(proof: unknown): { readonly outcome: unknown; readonly left: number } {
  const { pin } = (proof ?? {}) as { readonly pin?: unknown };
  const { outcome, attempts_left: left } = (pin ?? {}) as Readonly<Record<string, unknown>>;
  return { outcome, left: typeof left === 'number' ? left : 0 };
}
