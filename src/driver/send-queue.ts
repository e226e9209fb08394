import { isAnswerTo, judgeAnswer, outcomesOf, pinRefusalIn, type Verdict } from './judge-answer.ts';
import type { DriverPorts, DriverStorage, FormPart } from './ports.ts';
import { proofForm } from './proof-form.ts';
import type { Queue } from './queue.ts';
import type { Enrolment, Keys, Mark, QueueItem } from './stored.ts';
import type { DriverFile, Refusal } from './wire.ts';

/** The hub takes 500; less is lost when a bad network breaks the answer off. */
const EVENTS_MAX = 100;
/** The hub waited for all of it in vain. */
const TOO_SLOW = 408;

/** How sending ended. */
export type SendEnd =
  /** Nothing waits any more. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'later'; readonly retryAfterMs: number | null; readonly reason: string }
  | { readonly kind: 'revoked'; readonly refusal: Refusal };

export interface SendDeps extends Pick<DriverPorts, 'storage' | 'transport' | 'now'> {
  readonly queue: Queue;
  readonly keys: Keys;
  /** After each answer: something of the queue changed. */
  readonly onProgress: () => void;
}

/**
 * Sends what waits, oldest first, until nothing does or the hub cannot be asked. An item leaves the
 * queue only when its answer is here; one whose answer was lost is sent again and answered
 * `duplicate`. A proof that takes too long is passed by what happened to other parcels. The caller
 * sees to it that no two of these run at once.
 */
export async function sendQueue(deps: SendDeps, enrolment: Enrolment): Promise<SendEnd> {
  let most = EVENTS_MAX;
  let slow: SendEnd | null = null;
  for (;;) {
    const waiting = await deps.queue.waiting();
    const batch: readonly QueueItem[] =
      slow === null
        ? headOf(waiting, most)
        : eventsOfOthers(waiting, await deps.queue.marks()).slice(0, most);
    const [first] = batch;
    if (first === undefined) return slow ?? { kind: 'empty' };
    const { verdict, isSlow } = await send(deps, enrolment, first, batch);
    if (verdict.kind === 'later' && isSlow && first.payload.kind === 'proof') {
      slow = verdict;
      continue;
    }
    if (verdict.kind === 'later' || verdict.kind === 'revoked') return verdict;
    if (verdict.kind === 'refused' && batch.length > 1) {
      // One of them is at fault, and the others shall not suffer for it.
      most = Math.ceil(batch.length / 2);
      continue;
    }
    const settled = settledBy(verdict, batch);
    if (settled.items.length === 0) {
      return {
        kind: 'later',
        retryAfterMs: null,
        reason: 'The answer named nothing of what was sent.',
      };
    }
    await deps.queue.accepted(settled.items, settled.refusals);
    deps.onProgress();
    most = Math.min(EVENTS_MAX, most * 2);
  }
}

/** Events go together; a proof or a shift between them goes alone, in its place. */
function headOf(waiting: readonly QueueItem[], most: number): readonly QueueItem[] {
  const end = waiting.findIndex(({ payload }) => payload.kind !== 'event');
  if (end === 0) return waiting.slice(0, 1);
  return waiting.slice(0, end === -1 ? most : Math.min(end, most));
}

/**
 * Events of parcels of which nothing waits before them. Ends at a shift and at what is about nobody
 * knows which parcel: that might be any.
 */
function eventsOfOthers(waiting: readonly QueueItem[], marks: readonly Mark[]): QueueItem[] {
  const marked = new Map(marks.map(({ itemId, shipmentIds }) => [itemId, shipmentIds]));
  const held = new Set<string>();
  const passing: QueueItem[] = [];
  for (const item of waiting) {
    const parcels = parcelsOf(item, marked.get(item.id) ?? []);
    if (parcels.length === 0) break;
    const isHeld = item.payload.kind === 'proof' || parcels.some((id) => held.has(id));
    if (isHeld) for (const id of parcels) held.add(id);
    else passing.push(item);
  }
  return passing;
}

function parcelsOf({ payload }: QueueItem, marked: readonly string[]): readonly string[] {
  if (payload.kind === 'shift') return [];
  if (payload.kind === 'proof') return payload.proof.shipment_ids;
  const { event } = payload;
  const named = event.type === 'scan' ? undefined : event.shipment_id;
  return named === undefined ? marked : [named, ...marked];
}

const NOTHING = { items: [], refusals: new Map<string, Refusal>() };

function settledBy(
  verdict: Exclude<Verdict, { kind: 'later' | 'revoked' }>,
  batch: readonly QueueItem[],
): { items: readonly QueueItem[]; refusals: ReadonlyMap<string, Refusal> } {
  const all = new Map(batch.map((item) => [item.id, item]));
  if (verdict.kind === 'refused') {
    return { items: batch, refusals: new Map(batch.map(({ id }) => [id, verdict.refusal])) };
  }
  const [first] = batch;
  const kind = first?.payload.kind ?? 'event';
  if (kind !== 'event' && !isAnswerTo(kind, verdict.body)) return NOTHING;
  if (first?.payload.kind === 'proof') {
    const refusal = pinRefusalIn(verdict.body);
    return { items: batch, refusals: new Map(refusal === null ? [] : [[first.id, refusal]]) };
  }
  if (kind !== 'event') return { items: batch, refusals: new Map() };
  const outcomes = outcomesOf(verdict.body, [...all.keys()]);
  return {
    items: outcomes.flatMap(({ id }) => all.get(id) ?? []),
    refusals: new Map(
      outcomes.flatMap((each) => (each.outcome === 'refused' ? [[each.id, each.refusal]] : [])),
    ),
  };
}

async function send(
  { storage, transport, now, keys }: SendDeps,
  { hub, deviceKey }: Enrolment,
  first: QueueItem,
  batch: readonly QueueItem[],
): Promise<{ readonly verdict: Verdict; readonly isSlow: boolean }> {
  const { path, content } = await requestOf(storage, keys, first, batch);
  const headers = {
    authorization: `Bearer ${deviceKey}`,
    accept: 'application/json',
    'waybill-sent-at': new Date(now()).toISOString(),
  };
  const url = `${hub}/v1/driver/${path}`;
  const answer = await transport({ method: 'POST', url, headers, ...content }).catch(() => null);
  if (answer === null) {
    return { verdict: { kind: 'later', retryAfterMs: null, reason: '' }, isSlow: true };
  }
  const verdict = judgeAnswer(answer, { names: first.payload.kind === 'proof' });
  return { verdict, isSlow: answer.status === TOO_SLOW };
}

async function requestOf(
  storage: DriverStorage,
  keys: Keys,
  first: QueueItem,
  batch: readonly QueueItem[],
): Promise<{ path: string; content: { json: unknown } | { form: readonly FormPart[] } }> {
  const { payload } = first;
  if (payload.kind === 'proof') {
    const photos = payload.photos > 0 ? await storage.get(keys.filesOf(first.id)) : undefined;
    const form = proofForm(first, payload.proof, (photos ?? []) as readonly DriverFile[]);
    return { path: 'proofs', content: { form } };
  }
  if (payload.kind === 'shift') {
    const json = { shift: payload.shift, shift_ends_at: payload.shiftEndsAt };
    return { path: 'shift', content: { json } };
  }
  return { path: 'events', content: { json: batch.flatMap(eventOf) } };
}

function eventOf({ id, at, payload }: QueueItem): object[] {
  return payload.kind === 'event' ? [{ ...payload.event, id, at }] : [];
}
