import { z } from 'zod';
import { isStatus, type Status } from '../../kernel/status.ts';
import type { ParcelHistory } from '../hazard/bins.ts';
import { type Read, unreadable } from './unreadable.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Hour 0 of such files is a Monday at midnight, local time; any Monday will do. */
const MONDAY_MS = Date.UTC(2026, 0, 5);

/** The kinds of events that are spelt differently from our statuses. */
const KINDS: Readonly<Record<string, Status>> = {
  arrived_hub: 'at_facility',
  departed_hub: 'in_transit',
  delivery_failed: 'delivery_attempted',
  attempt: 'delivery_attempted',
};

const line = z.object({
  id: z.string().min(1),
  carrier: z.string().min(1).optional(),
  service: z.string().nullish(),
  created_h: z.number(),
  edd_day: z.number().int().nullish(),
  events: z.array(z.tuple([z.number(), z.string()])),
});

/**
 * Reads histories from JSON lines: `{id, carrier?, service, created_h, edd_day, events: [[hour,
 * kind]]}`; hours and days count from a Monday at midnight, local time of the destination.
 */
export function readJsonLines(text: string, file: string): Read {
  const histories: ParcelHistory[] = [];
  const lines = text.split('\n');
  for (let nr = 0; nr < lines.length; nr += 1) {
    const content = lines[nr]?.trim() ?? '';
    if (content === '') continue;
    const where = `${file}:${nr + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(content);
    } catch {
      return unreadable(
        where,
        'is not JSON',
        'write one JSON object per line, or pass a .csv file',
      );
    }
    const read = line.safeParse(value);
    if (!read.success) {
      const [issue] = read.error.issues;
      const at = issue?.path.join('.') || 'the line';
      return unreadable(where, `${at}: ${issue?.message}`, 'see docs/benchmarks.md for the shape');
    }
    const history = historyOf(read.data);
    if (typeof history === 'string') {
      return unreadable(where, history, `use a status, or one of ${Object.keys(KINDS).join(', ')}`);
    }
    histories.push(history);
  }
  if (histories.length === 0) {
    return unreadable(`${file}:1`, 'contains no parcel', 'pass a file with one parcel per line');
  }
  return { ok: true, histories };
}

/** Returns the history, or a message about an unknown kind. */
function historyOf(read: z.infer<typeof line>): ParcelHistory | string {
  const facts: { atMs: number; status: Status }[] = [];
  for (const [hour, kind] of read.events) {
    const status = isStatus(kind) ? kind : KINDS[kind];
    if (status === undefined) return `kind ${JSON.stringify(kind)} is unknown`;
    facts.push({ atMs: MONDAY_MS + Math.round(hour * HOUR_MS), status });
  }
  facts.sort((one, other) => one.atMs - other.atMs);
  const day = read.edd_day ?? null;
  return {
    trackingNumber: read.id,
    carrier: read.carrier ?? 'unnamed',
    service: read.service ?? null,
    timeZone: 'UTC',
    createdAtMs: MONDAY_MS + Math.round(read.created_h * HOUR_MS),
    edd: day === null ? null : { date: dateOf(MONDAY_MS + day * DAY_MS) },
    facts,
  };
}

function dateOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
