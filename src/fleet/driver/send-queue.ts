import {
  isAnswerTo,
  judgeAnswer,
  NO_ANSWER,
  notAccepted,
  openTroubles,
  outcomesOf,
  pinRefusalIn,
  type Troubles,
  type Verdict,
} from './judge-answer.ts';
import type { DriverPorts, DriverStorage, FormPart } from './ports.ts';
import { proofForm } from './proof-form.ts';
import type { Queue } from './queue.ts';
import type { Enrolment, Keys, Mark, QueueItem } from './stored.ts';
import type { DriverFile, Refusal } from './wire.ts';

/**
 * Events in a request. The hub accepts 500, but a smaller batch loses less when a bad network
 * breaks off.
 */
const EVENTS_MAX = 100;
/** The status that means that the hub timed out before it had received everything. */
const TOO_SLOW = 408;

const NO_OUTCOMES = { reason: 'The answer named nothing of what was sent.', isFault: true };

/** How sending ended. */
export type SendEnd =
  /** The queue is empty. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'later'; readonly retryAfterMs: number | null; readonly reason: string }
  | { readonly kind: 'revoked'; readonly refusal: Refusal };

interface SendDeps extends Pick<DriverPorts, 'storage' | 'transport' | 'now'> {
  readonly queue: Queue;
  readonly keys: Keys;
  /** Called after each answer, when the queue has changed. */
  readonly onProgress: () => void;
}

/** An item skipped in this run, because it may be at fault or takes too long. */
interface Skipped {
  readonly item: QueueItem;
  readonly why: 'slow' | 'fault';
  /** How the run ends if nothing else can be sent. */
  readonly end: SendEnd;
}

/**
 * Sends the queue, oldest first, until it is empty or the hub cannot be reached. An item leaves the
 * queue only when its answer has arrived; if the answer was lost, the item is sent again and
 * answered `duplicate`. Events of other parcels may overtake a proof that takes too long. An item
 * that repeatedly fails while the hub accepts others is set aside for the courier to see. The
 * caller makes sure that only one such run takes place at a time.
 */
export async function sendQueue(deps: SendDeps, enrolment: Enrolment): Promise<SendEnd> {
  const { queue } = deps;
  const troubles = openTroubles(deps, deps.keys);
  let most = EVENTS_MAX;
  let skipped: Skipped | null = null;
  /**
   * The item that is set aside if it fails once more, because the hub has accepted another item
   * since.
   */
  let suspect: string | null = null;
  for (;;) {
    const waiting = await queue.waiting();
    const batch = await nextBatch(deps, troubles, waiting, most, skipped);
    const [first] = batch;
    if (first === undefined) return skipped?.end ?? { kind: 'empty' };
    const { verdict, isSlow } = await send(deps, enrolment, first, batch);
    if (verdict.kind === 'revoked') return verdict;
    if (verdict.kind === 'later') {
      if (skipped !== null) return verdict;
      if (isSlow && first.payload.kind === 'proof') {
        skipped = { item: first, why: 'slow', end: verdict };
        continue;
      }
      const isAlone = batch.length === 1 && verdict.isFault;
      const isNoted = verdict.isFault || isSlow;
      if (!isNoted || !(await troubles.note(first.id, isAlone))) return verdict;
      if (first.id !== suspect) {
        skipped = { item: first, why: 'fault', end: verdict };
        continue;
      }
      await queue.settle([first], new Map([[first.id, notAccepted(verdict.reason)]]));
      await troubles.forget();
      deps.onProgress();
      continue;
    }
    if (verdict.kind === 'refused' && batch.length > 1) {
      // One of the items is at fault; smaller batches isolate it.
      most = Math.ceil(batch.length / 2);
      continue;
    }
    const settled = toSettled(verdict, batch);
    await queue.settle(settled.items, settled.refusals);
    deps.onProgress();
    if (skipped?.why === 'fault') {
      suspect = skipped.item.id;
      skipped = null;
    } else if (skipped === null) await troubles.forget();
    most = Math.min(EVENTS_MAX, most * 2);
  }
}

/** The items to send next. While an item is skipped, these are items that may overtake it. */
async function nextBatch(
  { queue }: SendDeps,
  troubles: Troubles,
  waiting: readonly QueueItem[],
  most: number,
  skipped: Skipped | null,
): Promise<readonly QueueItem[]> {
  const [first] = waiting;
  if (first === undefined) return [];
  if (skipped === null) return headOf(waiting, await troubles.batchSize(first.id, most));
  const others = eventsOfOthers(waiting, await queue.marks(), skipped.item).slice(0, most);
  // Events of the same parcels, too: otherwise a fault that is not the hub's would block them
  // forever.
  return others.length > 0 || skipped.why === 'slow' ? others : waiting.slice(1, 2);
}

/**
 * Returns the next items to send: events together, but a proof or shift between them alone, in its
 * turn.
 */
function headOf(waiting: readonly QueueItem[], most: number): readonly QueueItem[] {
  const end = waiting.findIndex(({ payload }) => payload.kind !== 'event');
  if (end === 0) return waiting.slice(0, 1);
  return waiting.slice(0, end === -1 ? most : Math.min(end, most));
}

/**
 * Returns the waiting events of parcels that have nothing earlier in the queue. Stops at a shift
 * change, and at an item whose parcels are unknown, because it might concern any.
 */
function eventsOfOthers(
  waiting: readonly QueueItem[],
  marks: readonly Mark[],
  skipped: QueueItem,
): QueueItem[] {
  const marked = new Map(marks.map(({ itemId, shipmentIds }) => [itemId, shipmentIds]));
  const held = new Set(parcelsOf(skipped, marked.get(skipped.id) ?? []));
  const overtaking: QueueItem[] = [];
  for (const item of waiting) {
    if (item.id === skipped.id) continue;
    const parcels = parcelsOf(item, marked.get(item.id) ?? []);
    if (parcels.length === 0) break;
    const isHeld = item.payload.kind === 'proof' || parcels.some((id) => held.has(id));
    if (isHeld) for (const id of parcels) held.add(id);
    else overtaking.push(item);
  }
  return overtaking;
}

/**
 * Returns the ids of the shipments that an item concerns: none if unknown, and none for a shift.
 *
 * @param marked the shipments that the item's mark names
 */
function parcelsOf({ payload }: QueueItem, marked: readonly string[]): readonly string[] {
  if (payload.kind === 'shift') return [];
  if (payload.kind === 'proof') return payload.proof.shipment_ids;
  const { event } = payload;
  const named = event.type === 'scan' ? undefined : event.shipment_id;
  return named === undefined ? marked : [named, ...marked];
}

/** The items that an answer settles, and the refusals among them, by id. */
function toSettled(
  verdict: Exclude<Verdict, { kind: 'later' | 'revoked' }>,
  batch: readonly QueueItem[],
): { items: readonly QueueItem[]; refusals: ReadonlyMap<string, Refusal> } {
  const all = new Map(batch.map((item) => [item.id, item]));
  if (verdict.kind === 'refused') {
    return { items: batch, refusals: new Map(batch.map(({ id }) => [id, verdict.refusal])) };
  }
  const [first] = batch;
  const kind = first?.payload.kind ?? 'event';
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
  let request: QueueRequest;
  try {
    request = await toRequest(storage, keys, first, batch);
  } catch (error) {
    // The phone cannot read its own picture.
    return { verdict: { ...NO_ANSWER, reason: String(error), isFault: true }, isSlow: false };
  }
  const { path, content } = request;
  const headers = {
    authorization: `Bearer ${deviceKey}`,
    accept: 'application/json',
    'waybill-sent-at': new Date(now()).toISOString(),
  };
  const url = `${hub}/v1/driver/${path}`;
  const answer = await transport({ method: 'POST', url, headers, ...content }).catch(() => null);
  if (answer === null) return { verdict: NO_ANSWER, isSlow: first.payload.kind === 'proof' };
  const verdict = judgeAnswer(answer, { namesResource: first.payload.kind === 'proof' });
  if (verdict.kind === 'done' && !isAboutBatch(verdict.body, batch)) {
    return { verdict: { ...NO_ANSWER, ...NO_OUTCOMES }, isSlow: false };
  }
  return { verdict, isSlow: answer.status === TOO_SLOW };
}

/** Whether an answer is about this batch; a gateway may return any object. */
function isAboutBatch(body: unknown, batch: readonly QueueItem[]): boolean {
  const kind = batch[0]?.payload.kind ?? 'event';
  if (kind !== 'event') return isAnswerTo(kind, body);
  return (
    outcomesOf(
      body,
      batch.map(({ id }) => id),
    ).length > 0
  );
}

interface QueueRequest {
  readonly path: string;
  readonly content: { readonly json: unknown } | { readonly form: readonly FormPart[] };
}

async function toRequest(
  storage: DriverStorage,
  keys: Keys,
  first: QueueItem,
  batch: readonly QueueItem[],
): Promise<QueueRequest> {
  const { payload } = first;
  if (payload.kind === 'proof') {
    const photos = payload.photos > 0 ? await storage.get(keys.filesOf(first.id)) : undefined;
    const form = proofForm(first, payload.proof, (photos ?? []) as readonly DriverFile[]);
    return { path: 'proofs', content: { form } };
  }
  if (payload.kind === 'shift') {
    const { shift, shiftEndsAt, paused } = payload;
    const json = { shift, shift_ends_at: shiftEndsAt, at: first.at, paused };
    return { path: 'shift', content: { json } };
  }
  return { path: 'events', content: { json: batch.flatMap(toWireEvents) } };
}

function toWireEvents({ id, at, payload }: QueueItem): object[] {
  return payload.kind === 'event' ? [{ ...payload.event, id, at }] : [];
}
