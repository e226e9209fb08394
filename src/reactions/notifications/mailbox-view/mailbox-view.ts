import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { CHANNEL_KINDS, type ChannelKind } from '../contract.ts';
import { headerOf, parseMail } from './parse-mail.ts';

/** A view of the embedded mailbox: the messages that the mailbox channel wrote, newest first. */
export interface MailboxView {
  list(options: { readonly before: string | null; readonly limit: number }): Promise<MailboxPage>;
  /** Returns a message; null if there is none of that name. */
  read(name: string): Promise<MailboxMessage | null>;
}

export interface MailboxPage {
  readonly messages: readonly MailboxMessage[];
  /** The name before which the next page begins; null: this was the last page. */
  readonly next: string | null;
  readonly total: number;
}

export interface MailboxMessage {
  /** The name of the file. */
  readonly name: string;
  readonly shipmentId: string;
  readonly kind: ChannelKind;
  /** The time as an ISO instant; null when the file contains none. */
  readonly at: string | null;
  readonly from: string | null;
  readonly to: string;
  /** The subject of a mail or ticket, the title of a push message, or the beginning of an SMS. */
  readonly subject: string;
  /** The headers of a mail. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly html: string | null;
  readonly text: string | null;
  /** The unchanged content of the file. */
  readonly raw: string;
}

/** A file's name as the channel writes it: notification, shipment, extension. */
const FILE = /^[0-9a-f-]{36}\.([0-9a-f-]{36})\.(eml|json)$/;
/**
 * The maximum of bytes that are read. A mail of ours has some twenty kilobytes; of a larger file,
 * the beginning is shown.
 */
const BYTES_MAX = 256 * 1_024;
const SUBJECT_CHARS_MAX = 160;

export function openMailboxView(folder: string): MailboxView {
  async function names(): Promise<string[]> {
    const all = await readdir(folder).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    });
    // Ids of notifications begin with the time, so sorting the names sorts the messages by time.
    return all
      .filter((name) => FILE.test(name))
      .sort()
      .reverse();
  }

  async function read(name: string): Promise<MailboxMessage | null> {
    const shipmentId = FILE.exec(name)?.[1];
    if (shipmentId === undefined) return null;
    const bytes = await beginningOf(path.join(folder, name));
    if (bytes === null) return null;
    return name.endsWith('.eml')
      ? mailFrom(name, shipmentId, bytes)
      : jsonFrom(name, shipmentId, bytes);
  }

  return {
    read,
    async list({ before, limit }) {
      const all = await names();
      const rest = before === null ? all : all.filter((name) => name < before);
      const shown = rest.slice(0, limit);
      const messages = await Promise.all(shown.map(read));
      return {
        // Skip one that was erased since the listing.
        messages: messages.filter((message) => message !== null),
        next: rest.length > shown.length ? (shown.at(-1) ?? null) : null,
        total: all.length,
      };
    },
  };
}

async function beginningOf(file: string): Promise<Uint8Array | null> {
  try {
    const handle = await open(file, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(BYTES_MAX), 0, BYTES_MAX, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function mailFrom(name: string, shipmentId: string, bytes: Uint8Array): MailboxMessage {
  const mail = parseMail(bytes);
  const date = Date.parse(headerOf(mail, 'date') ?? '');
  return {
    name,
    shipmentId,
    kind: 'email',
    at: Number.isNaN(date) ? null : new Date(date).toISOString(),
    from: headerOf(mail, 'from'),
    to: headerOf(mail, 'to') ?? '',
    subject: headerOf(mail, 'subject') ?? '',
    ...mail,
    raw: Buffer.from(bytes).toString('utf8'),
  };
}

function jsonFrom(name: string, shipmentId: string, bytes: Uint8Array): MailboxMessage {
  const raw = Buffer.from(bytes).toString('utf8');
  const content = recordOf(raw);
  const of = (member: string): string | null => {
    const value = content[member];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const kind = CHANNEL_KINDS.find((each) => each === of('kind')) ?? 'webhook';
  const text = of('text') ?? of('body');
  const subject = of('subject') ?? of('title') ?? text ?? of('milestone') ?? '';
  return {
    name,
    shipmentId,
    kind,
    at: of('at'),
    from: null,
    to: of('to') ?? '',
    subject: subject.slice(0, SUBJECT_CHARS_MAX),
    headers: [],
    html: null,
    text,
    raw,
  };
}

function recordOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
