import { NOT_ACCEPTED } from './judge-answer.ts';
import type { Change, DriverPorts, DriverStorage, Lock } from './ports.ts';
import type {
  Keys,
  Mark,
  ParcelState,
  Payload,
  QueueItem,
  RefusedItem,
  ReportedShift,
} from './stored.ts';
import type { DriverEvent, Proof, Refusal, Shift } from './wire.ts';

/** An action of the courier. */
export type NewEntry = {
  /** What the courier sees in the queue, such as the address. */
  readonly label?: string;
  /** The resulting state of these parcels on this phone, until the hub confirms it. */
  readonly marks?: { readonly shipmentIds: readonly string[]; readonly state: ParcelState };
  /** When it happened, as an ISO 8601 instant; absent: now. */
  readonly at?: string;
} & (
  | { readonly event: DriverEvent }
  | { readonly proof: Proof }
  | {
      readonly shift: Shift;
      readonly shiftEndsAt?: string | null;
      /** Pauses the shift that runs, or lets it go on. */
      readonly paused?: boolean;
    }
);

export interface Queue {
  /**
   * Appends all entries in this order, or none: when it resolves, they survive the end of the app.
   * The proof has to precede the delivery it belongs to.
   * @returns the ids of the items.
   */
  append(entries: readonly NewEntry[]): Promise<readonly string[]>;
  /** Returns the waiting items, in the order of sending. */
  waiting(): Promise<readonly QueueItem[]>;
  refused(): Promise<readonly RefusedItem[]>;
  marks(): Promise<readonly Mark[]>;
  /** Removes items that the hub has answered; those with a refusal stay as refused items. */
  settle(items: readonly QueueItem[], answers: ReadonlyMap<string, Refusal>): Promise<void>;
  /** Deletes a refused item for good, with its photo. */
  dismiss(id: string): Promise<void>;
  /**
   * Appends a refused item to the queue again, under a new id: the hub remembers the old one as
   * refused. An item that the hub never answered keeps its id.
   *
   * @param change of the event, such as `handover`.
   */
  again(id: string, change?: (event: DriverEvent) => DriverEvent): Promise<void>;
  /**
   * Deletes marks of items that the hub accepted before then, and so has had time to include in the
   * route.
   */
  forgetMarks(acceptedBeforeMs: number): Promise<void>;
}

/** Opens the queue. It only stores items; nothing here sends anything. */
export function openQueue(
  { storage, now, newId }: Pick<DriverPorts, 'storage' | 'now' | 'newId'>,
  keys: Keys,
  lock: Lock,
): Queue {
  const iso = () => new Date(now()).toISOString();
  const valuesOf = async <T>(prefix: string) =>
    (await storage.list(prefix)).map(([, value]) => value as T);
  /**
   * Serializes work that takes a sequence number: two tabs would otherwise use the same one twice.
   */
  const inTurn = <T>(work: () => Promise<T>) => lock(`waybill ${keys.sequence}`, work);

  async function append(entries: readonly NewEntry[]): Promise<readonly string[]> {
    return inTurn(async () => {
      const last = Number((await storage.get(keys.sequence)) ?? 0);
      const items = entries.map((entry, index) => itemOf(entry, newId(), last + 1 + index, iso()));
      const changes = entries.flatMap((entry, index): Change[] => {
        const item = items[index];
        return item === undefined ? [] : changesFor(keys, entry, item);
      });
      await storage.write([...changes, [keys.sequence, last + entries.length]]);
      return items.map(({ id }) => id);
    });
  }

  async function findRefused(id: string): Promise<RefusedItem | undefined> {
    return (await valuesOf<RefusedItem>(keys.refused)).find(({ item }) => item.id === id);
  }

  async function settle(
    items: readonly QueueItem[],
    refusals: ReadonlyMap<string, Refusal>,
  ): Promise<void> {
    const changes: Change[] = [];
    for (const item of items) {
      const refusal = refusals.get(item.id);
      const markKey = keys.numbered(keys.marks, item.seq);
      changes.push([keys.numbered(keys.queue, item.seq), undefined]);
      if (refusal !== undefined) {
        const refused: RefusedItem = { item, refusal, refusedAt: iso() };
        changes.push([keys.numbered(keys.refused, item.seq), refused], [markKey, undefined]);
        continue;
      }
      changes.push([keys.filesOf(item.id), undefined]);
      if (item.payload.kind === 'shift') {
        const { shift, paused = false } = item.payload;
        const reported: ReportedShift = { shift, paused, acceptedAtMs: now() };
        changes.push([keys.shift, reported]);
      }
      const mark = (await storage.get(markKey)) as Mark | undefined;
      if (mark !== undefined) changes.push([markKey, { ...mark, acceptedAtMs: now() }]);
    }
    await storage.write(changes);
  }

  return {
    append,
    settle,
    waiting: () => valuesOf<QueueItem>(keys.queue),
    refused: () => valuesOf<RefusedItem>(keys.refused),
    marks: () => valuesOf<Mark>(keys.marks),
    async dismiss(id) {
      const refused = await findRefused(id);
      if (refused === undefined) return;
      await storage.write([
        [keys.numbered(keys.refused, refused.item.seq), undefined],
        [keys.filesOf(id), undefined],
      ]);
    },
    again: (refusedId, change) =>
      inTurn(async () => {
        const refused = await findRefused(refusedId);
        if (refused === undefined) return;
        const seq = Number((await storage.get(keys.sequence)) ?? 0) + 1;
        const { item } = refused;
        // The hub may have stored it before failing; the same id lets it detect the duplicate.
        const id = refused.refusal.code === NOT_ACCEPTED ? item.id : newId();
        const next = { ...item, id, seq, payload: changedPayload(item.payload, change) };
        await storage.write([
          [keys.numbered(keys.refused, item.seq), undefined],
          [keys.numbered(keys.queue, seq), next],
          ...(id === item.id ? [] : await moveFiles(storage, keys, item.id, id)),
          [keys.sequence, seq],
        ]);
      }),
    async forgetMarks(acceptedBeforeMs) {
      const old = (await storage.list(keys.marks)).filter(([, value]) => {
        const { acceptedAtMs } = value as Mark;
        return acceptedAtMs !== null && acceptedAtMs < acceptedBeforeMs;
      });
      if (old.length > 0) await storage.write(old.map(([key]) => [key, undefined]));
    },
  };
}

function changedPayload(
  payload: Payload,
  change: ((event: DriverEvent) => DriverEvent) | undefined,
) {
  if (payload.kind !== 'event' || change === undefined) return payload;
  return { ...payload, event: change(payload.event) };
}

/** The changes that move an item's photos to another id. */
async function moveFiles(
  storage: DriverStorage,
  keys: Keys,
  from: string,
  to: string,
): Promise<Change[]> {
  return [
    [keys.filesOf(to), await storage.get(keys.filesOf(from))],
    [keys.filesOf(from), undefined],
  ];
}

function itemOf(entry: NewEntry, id: string, seq: number, nowIso: string): QueueItem {
  return { id, seq, at: entry.at ?? nowIso, label: entry.label ?? '', payload: payloadOf(entry) };
}

function payloadOf(entry: NewEntry): Payload {
  if ('event' in entry) return { kind: 'event', event: entry.event };
  if ('shift' in entry) {
    const { shift, shiftEndsAt = null, paused } = entry;
    return { kind: 'shift', shift, shiftEndsAt, ...(paused === undefined ? {} : { paused }) };
  }
  const { photos = [], ...proof } = entry.proof;
  return { kind: 'proof', proof, photos: photos.length };
}

function changesFor(keys: Keys, entry: NewEntry, item: QueueItem): Change[] {
  const photos = 'proof' in entry ? (entry.proof.photos ?? []) : [];
  const mark: Mark | null =
    entry.marks === undefined
      ? null
      : { itemId: item.id, at: item.at, acceptedAtMs: null, ...entry.marks };
  return [
    [keys.numbered(keys.queue, item.seq), item],
    ...(photos.length === 0 ? [] : [[keys.filesOf(item.id), photos] as const]),
    ...(mark === null ? [] : [[keys.numbered(keys.marks, item.seq), mark] as const]),
  ];
}
