import { z } from 'zod';
import { isUuid } from '../../kernel/ids.ts';
import { wallClockMs } from '../../kernel/time/place-time.ts';
import { invalidMember } from './validation.ts';

/** Where a list of shipments was left: the last row's change, to the microsecond, and its id. */
export interface ShipmentCursor {
  readonly updatedAt: string;
  readonly id: string;
}

/** PostgreSQL's own spelling in UTC. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d{1,6})?\+00$/;
const CURSOR_CHARS_MAX = 400;

const shipmentCursor = z.strictObject({
  u: z
    .string()
    .regex(TIMESTAMP)
    .refine((text) => wallClockMs(text.slice(0, 19).replace(' ', 'T')) !== null),
  i: z.string().refine(isUuid),
});

/** Opaque to callers: base64url of JSON. It holds no secret, so it carries no signature. */
export function encodeCursor({ updatedAt, id }: ShipmentCursor): string {
  return Buffer.from(JSON.stringify({ u: updatedAt, i: id }), 'utf8').toString('base64url');
}

/** Throws a 422 for anything this server cannot have handed out. */
export function decodeCursor(text: string): ShipmentCursor {
  const read = shipmentCursor.safeParse(jsonOf(text));
  if (read.success) return { updatedAt: read.data.u, id: read.data.i };
  throw noCursor();
}

const idCursor = z.strictObject({ i: z.string().refine(isUuid) });

/** The same for lists in the order of their ids. */
export function encodeIdCursor(id: string): string {
  return Buffer.from(JSON.stringify({ i: id }), 'utf8').toString('base64url');
}

export function decodeIdCursor(text: string): string {
  const read = idCursor.safeParse(jsonOf(text));
  if (read.success) return read.data.i;
  throw noCursor();
}

function noCursor() {
  return invalidMember(
    '?cursor',
    'It is no cursor of this list.',
    'Send next_cursor of the page before as it came, or leave it out to begin anew.',
  );
}

function jsonOf(text: string): unknown {
  if (text.length > CURSOR_CHARS_MAX || !/^[A-Za-z0-9_-]+$/.test(text)) return null;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
