import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import type {
  AccountFailure,
  CarrierSession,
  HttpAnswer,
  PushHook,
  SubscribeOutcome,
} from '../contract/pull.ts';
import { callHeaders } from './access.ts';
import { accountFailureOf, codeIn } from './errors.ts';
import { numbers as recogniser } from './numbers.ts';
import { subscribeAnswer } from './schema.ts';

/** Maximum of numbers in a request; with more, UPS rejects them all (VSS220). */
export const SUBSCRIBE_MAX = 100;
/** The life of a subscription, after which it ends, delivered or not. */
export const LIFE_S = 14 * 86_400;
/** Matches numbers that Track Alert covers: UPS's and Roadie's own only. */
const ALERTED = /^1[ZR][0-9A-Z]+$/;

/**
 * Subscribes to numbers by Track Alert v2 (UPS-API/api-documentation `UPSTrackAlert.yaml`), for 14
 * days, without history. Its URL and credential are managed in the developer portal: a call cannot
 * set the hook. A partly accepted request is a normal answer.
 */
export async function subscribe(
  numbers: readonly string[],
  _hook: PushHook,
  session: CarrierSession,
): Promise<readonly SubscribeOutcome[]> {
  const found = new Map<string, SubscribeOutcome>();
  const alerted = numbers.filter((number) => ALERTED.test(recogniser.normalize(number)));
  for (let i = 0; i < alerted.length; i += SUBSCRIBE_MAX) {
    const batch = alerted.slice(i, i + SUBSCRIBE_MAX);
    for (const [number, outcome] of await ask(batch, session)) found.set(number, outcome);
  }
  return numbers.map(
    (trackingNumber): SubscribeOutcome =>
      found.get(trackingNumber) ?? {
        outcome: 'refused',
        trackingNumber,
        reason: 'Track Alert takes 1Z and 1R numbers only',
      },
  );
}

async function ask(
  batch: readonly string[],
  session: CarrierSession,
): Promise<readonly (readonly [number: string, SubscribeOutcome])[]> {
  const country = session.credentials['country_code']?.trim().toUpperCase() ?? '';
  const answer = await session.send({
    method: 'POST',
    path: '/api/track/v2/subscription/standard/package',
    headers: callHeaders(session),
    body: {
      json: {
        locale: 'en_US',
        countryCode: /^[A-Z]{2}$/.test(country) ? country : 'US',
        trackingNumberList: batch,
      },
    },
  });
  const failure = accountFailureOf(answer, session.nowMs());
  const verdict = answer.kind === 'http' && failure === null ? verdictOf(answer) : null;
  const expiresAtMs = session.nowMs() + LIFE_S * 1_000;
  return batch.map((trackingNumber) => {
    if (verdict?.accepted.has(trackingNumber)) {
      const made = { subscriptionId: null, expiresAtMs, pending: false };
      return [trackingNumber, { outcome: 'subscribed', trackingNumber, ...made }];
    }
    if (verdict?.refused.has(trackingNumber)) {
      const reason = 'UPS lists it as invalid';
      return [trackingNumber, { outcome: 'refused', trackingNumber, reason }];
    }
    const rest: AccountFailure = failure ?? {
      outcome: 'error',
      reason: verdict?.reason ?? 'no usable answer',
    };
    return [trackingNumber, { ...rest, trackingNumber }];
  });
}

interface Verdict {
  readonly accepted: ReadonlySet<string>;
  readonly refused: ReadonlySet<string>;
  /** The reason for numbers in neither list. */
  readonly reason: string;
}

/**
 * Reads the verdict on each number. A 400 accepted nothing, even if it lists only some numbers as
 * invalid.
 */
function verdictOf(answer: HttpAnswer): Verdict {
  const read = subscribeAnswer.safeParse(parseJsonOrNull(answer.text)?.value);
  const listed = (list: readonly (string | null)[] | undefined) =>
    new Set((list ?? []).filter((number) => number !== null));
  const isGood = answer.status >= 200 && answer.status < 300;
  const code = codeIn(answer);
  return {
    accepted: listed(read.success && isGood ? read.data.validTrackingNumbers : []),
    refused: listed(read.success ? read.data.invalidTrackingNumbers : []),
    reason:
      code === null
        ? 'the answer lists the number neither as valid nor as invalid'
        : `UPS rejected the request with ${code}`,
  };
}
