import { judgeAnswer, NO_ANSWER, type Verdict } from '../judge-answer.ts';
import type { DriverPorts } from '../ports.ts';
import type { Enrolment } from '../stored.ts';
import type { Offer, Refusal } from '../wire.ts';

/** The outcome of accepting a delivery. */
export type TakeAnswer =
  /** The courier has it, and it is on the route. */
  | { readonly outcome: 'taken'; readonly assignedAt: string }
  /** Another courier was faster, or the delivery no longer needs one. */
  | { readonly outcome: 'gone'; readonly refusal: Refusal }
  /** The courier is full or off shift. The offer stays open to others. */
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  /** The outcome is unknown. Accept again: the courier who already has it gets the same answer. */
  | { readonly outcome: 'no_answer' };

/** A courier's offers, and the answers to them. */
export interface OfferDesk {
  /** The open offers, newest first; empty: none, or not known yet. */
  now(): readonly Offer[];
  /** Receives offers from the hub. */
  receive(offers: unknown): void;
  /** Polls the hub. Returns false if there was no answer; the known offers then stay. */
  refresh(): Promise<boolean>;
  take(deliveryId: string): Promise<TakeAnswer>;
  /** Declines an offer. Returns false if there was no answer; the offer then stays. */
  decline(deliveryId: string, reason?: string): Promise<boolean>;
  /** Deliveries nearby that the courier may accept, with or without an offer; null: no answer. */
  near(): Promise<readonly Offer[] | null>;
}

interface OfferDeskDeps extends Pick<DriverPorts, 'transport' | 'timer'> {
  readonly readEnrolment: () => Promise<Enrolment>;
  readonly language: () => string;
  readonly changed: () => void;
}

/**
 * How long to wait for the answer to accepting an offer. A courier does not wait longer, and may
 * accept again.
 */
const WAIT_MS = 8_000;

/**
 * Creates a courier's offer desk. The offers are not stored, because yesterday's are no longer
 * open.
 */
export function createOfferDesk(deps: OfferDeskDeps): OfferDesk {
  let offers: readonly Offer[] = [];
  /**
   * Ids of declined offers, which are not shown again: the hub's next message may be older than the
   * refusal.
   */
  const declined = new Set<string>();
  const show = (next: readonly Offer[]) => {
    offers = next.filter(({ id }) => !declined.has(id));
    deps.changed();
  };
  const removeOffer = (removedId: string) => show(offers.filter(({ id }) => id !== removedId));
  const path = (deliveryId: string, command: string) =>
    `/v1/deliveries/${encodeURIComponent(deliveryId)}/${command}`;
  return {
    now: () => offers,
    receive(value) {
      const known = readOffers(value);
      if (known !== null) show(known);
    },
    async refresh() {
      const verdict = await ask(deps, 'GET', '/v1/driver/offers');
      const known = verdict.kind === 'done' ? readOffers(memberOf(verdict.body, 'offers')) : null;
      if (known === null) return false;
      show(known);
      return true;
    },
    async take(deliveryId) {
      const answer = takeAnswerOf(await ask(deps, 'POST', path(deliveryId, 'accept')));
      if (answer.outcome === 'taken' || answer.outcome === 'gone') removeOffer(deliveryId);
      return answer;
    },
    async decline(deliveryId, reason) {
      const body = reason === undefined ? {} : { reason };
      const verdict = await ask(deps, 'POST', path(deliveryId, 'decline'), body);
      // An offer that no longer exists needs no answer.
      const isAnswered = verdict.kind === 'done' || verdict.kind === 'refused';
      if (!isAnswered) return false;
      declined.add(deliveryId);
      removeOffer(deliveryId);
      return true;
    },
    async near() {
      const verdict = await ask(deps, 'GET', '/v1/deliveries/available');
      return verdict.kind === 'done' ? readOffers(memberOf(verdict.body, 'deliveries')) : null;
    },
  };
}

async function ask(
  { transport, timer, readEnrolment, language }: OfferDeskDeps,
  method: 'GET' | 'POST',
  path: string,
  json: unknown = {},
): Promise<Verdict> {
  const { hub, deviceKey, revoked } = await readEnrolment();
  if (revoked !== null) return NO_ANSWER;
  const headers = {
    authorization: `Bearer ${deviceKey}`,
    accept: 'application/json',
    'accept-language': language(),
  };
  let late: unknown;
  const tooLate = new Promise<null>((resolve) => {
    late = timer.set(() => resolve(null), WAIT_MS);
  });
  const request = { method, url: hub + path, headers, ...(method === 'POST' ? { json } : {}) };
  const answer = await Promise.race([transport(request).catch(() => null), tooLate]);
  timer.clear(late);
  if (answer === null) return NO_ANSWER;
  if (answer.status === 204) return { kind: 'done', body: {} };
  return judgeAnswer(answer, { namesResource: true });
}

function takeAnswerOf(verdict: Verdict): TakeAnswer {
  if (verdict.kind === 'done') {
    const assignedAt = memberOf(verdict.body, 'assigned_at');
    return typeof assignedAt === 'string'
      ? { outcome: 'taken', assignedAt }
      : { outcome: 'no_answer' };
  }
  if (verdict.kind !== 'refused') return { outcome: 'no_answer' };
  const { refusal } = verdict;
  return { outcome: GONE.has(refusal.code) ? 'gone' : 'refused', refusal };
}

const GONE: ReadonlySet<string> = new Set(['already-assigned', 'delivery_ended', 'not_found']);

/** Parses offers; null: it is not a list. */
function readOffers(value: unknown): readonly Offer[] | null {
  if (!Array.isArray(value)) return null;
  return value.filter(isOffer);
}

function isOffer(each: unknown): each is Offer {
  const { id, origin, destination } = (each ?? {}) as Partial<Offer>;
  return typeof id === 'string' && typeof origin === 'object' && typeof destination === 'object';
}

function memberOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null
    ? Object.entries(body).find(([key]) => key === name)?.[1]
    : null;
}
