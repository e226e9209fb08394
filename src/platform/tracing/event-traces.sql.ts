import type { Queryable } from '../database/database.ts';
import { plainArray } from '../database/plain-array.ts';
import { queryRows } from '../database/query-rows.ts';
import { isTracing, type TracedSpan, trace } from './tracing.ts';

/** An event of the log, as identified by all parts that announce it. */
interface EventOfSubject {
  readonly subjectId: string;
  readonly sequence: number;
}

/** A span below an event, without the ids of trace and parent. */
type SpanOfEvent = Omit<TracedSpan, 'trace' | 'parent'>;

interface Waiting {
  readonly about: EventOfSubject;
  readonly span: SpanOfEvent;
}

const LOOKUP_AFTER_MS = 200;
const WAITING_MAX = 2_000;
const waitingOf = new WeakMap<Queryable, Waiting[]>();

/**
 * Reports a span whose parent is an event, such as a request to a merchant's endpoint. Its trace is
 * looked up a moment later, for many at once; an entry that the log no longer has gets no trace.
 * Never throws.
 */
export function traceOfEvent(db: Queryable, about: EventOfSubject, span: SpanOfEvent): void {
  if (!isTracing()) return;
  const known = waitingOf.get(db);
  if (known !== undefined) {
    if (known.length < WAITING_MAX) known.push({ about, span });
    return;
  }
  const waiting = [{ about, span }];
  waitingOf.set(db, waiting);
  setTimeout(() => {
    exportWaiting(db, waiting).catch(() => {});
  }, LOOKUP_AFTER_MS).unref();
}

/**
 * Spans that come meanwhile are added to the same list, so that its limit applies however long a
 * look-up takes.
 */
async function exportWaiting(db: Queryable, waiting: Waiting[]): Promise<void> {
  try {
    while (waiting.length > 0) {
      const batch = [...waiting];
      await exportSpans(db, batch).finally(() => waiting.splice(0, batch.length));
    }
  } finally {
    waitingOf.delete(db);
  }
}

/** Exports the waiting spans, in the traces of their events. */
async function exportSpans(db: Queryable, waiting: readonly Waiting[]): Promise<void> {
  const rows = await queryRows<{ nr: string; id: string; traceId: string | null }>(db, {
    name: 'traces_of_events',
    text: `select a.nr, e.id, e.trace_id
           from unnest($1::uuid[], $2::int[]) with ordinality as a(subject_id, sequence, nr)
           join event_log e using (subject_id, sequence)`,
    values: [
      plainArray(waiting, ({ about }) => about.subjectId),
      plainArray(waiting, ({ about }) => about.sequence),
    ],
  });
  for (const { nr, id, traceId } of rows) {
    const found = waiting[Number(nr) - 1];
    if (found !== undefined) trace({ ...found.span, trace: traceId ?? id, parent: id });
  }
}
