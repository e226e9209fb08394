import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { CHANNEL_KINDS, type ChannelKind } from '../contract.ts';

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
  async function listNames(): Promise<string[]> {
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
    const bytes = await readBeginning(path.join(folder, name));
    if (bytes === null) return null;
    return name.endsWith('.eml')
      ? readMailFile(name, shipmentId, bytes)
      : readJsonFile(name, shipmentId, bytes);
  }

  return {
    read,
    async list({ before, limit }) {
      const all = await listNames();
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

async function readBeginning(file: string): Promise<Uint8Array | null> {
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

function readMailFile(name: string, shipmentId: string, bytes: Uint8Array): MailboxMessage {
  const mail = parseMail(bytes);
  return {
    name,
    shipmentId,
    kind: 'email',
    at: instantOf(headerOf(mail, 'date')),
    from: headerOf(mail, 'from'),
    to: headerOf(mail, 'to') ?? '',
    subject: headerOf(mail, 'subject') ?? '',
    ...mail,
    raw: Buffer.from(bytes).toString('utf8'),
  };
}

function readJsonFile(name: string, shipmentId: string, bytes: Uint8Array): MailboxMessage {
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
    at: instantOf(of('at')),
    from: null,
    to: of('to') ?? '',
    subject: subject.slice(0, SUBJECT_CHARS_MAX),
    headers: [],
    html: null,
    text,
    raw,
  };
}

function instantOf(text: string | null): string | null {
  const atMs = Date.parse(text ?? '');
  return Number.isNaN(atMs) ? null : new Date(atMs).toISOString();
}

function recordOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/**
 * A mail as a person reads it, parsed from its bytes. Parsing never fails: every file in the
 * mailbox folder is shown as far as it can be understood. It supports the mails of our own channels
 * (RFC 5322, 2045 to 2047); attachments are named, not opened.
 */
interface ParsedMail {
  /** The headers in their order, unfolded and decoded. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly html: string | null;
  readonly text: string | null;
}

/** Limits of a mail: deeper ones, or ones with more parts, are not ours. */
const DEPTH_MAX = 5;
const PARTS_MAX = 50;
const HEADERS_MAX = 200;

export function parseMail(bytes: Uint8Array): ParsedMail {
  // In Latin-1 each byte is one character; the part's own encoding is applied later.
  const source = Buffer.from(bytes).toString('latin1');
  const found: { html: string | null; text: string | null; parts: number } = {
    html: null,
    text: null,
    parts: 0,
  };
  const { headers, body } = splitHeaders(source);
  collectBodies(headers, body, 0, found);
  return {
    headers: headers.map(({ name, value }) => ({ name, value: decodeWords(utf8(value)) })),
    html: found.html,
    text: found.text,
  };
}

/** The first value of a header; its name is case-insensitive. */
export function headerOf(mail: Pick<ParsedMail, 'headers'>, name: string): string | null {
  return mail.headers.find((each) => each.name.toLowerCase() === name)?.value ?? null;
}

interface RawHeader {
  readonly name: string;
  readonly value: string;
}

function splitHeaders(source: string): { headers: readonly RawHeader[]; body: string } {
  const end = /\r?\n\r?\n/.exec(source);
  const head = end === null ? source : source.slice(0, end.index);
  const body = end === null ? '' : source.slice(end.index + end[0].length);
  const lines = head.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/, HEADERS_MAX);
  const headers = lines.flatMap((line) => {
    const colon = line.indexOf(':');
    if (colon < 1) return [];
    return [{ name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() }];
  });
  return { headers, body };
}

function collectBodies(
  headers: readonly RawHeader[],
  body: string,
  depth: number,
  found: { html: string | null; text: string | null; parts: number },
): void {
  found.parts += 1;
  if (depth > DEPTH_MAX || found.parts > PARTS_MAX) return;
  const of = (name: string) =>
    headers.find((each) => each.name.toLowerCase() === name)?.value ?? '';
  const type = of('content-type').toLowerCase();
  const boundary = /boundary="?([^";\s]{1,100})"?/i.exec(of('content-type'))?.[1];
  if (type.startsWith('multipart/') && boundary !== undefined) {
    // The text before the first and after the last boundary is for programs that do not support
    // MIME.
    const parts = `\n${body}`.split(`\n--${boundary}`).slice(1, PARTS_MAX);
    for (const part of parts) {
      if (part.startsWith('--')) break;
      const inner = splitHeaders(part.replace(/^[ \t]*\r?\n/, ''));
      collectBodies(inner.headers, inner.body, depth + 1, found);
    }
    return;
  }
  if (/^attachment/i.test(of('content-disposition'))) return;
  const charset = /charset="?([\w-]{1,40})/i.exec(type)?.[1] ?? 'utf-8';
  const decode = () => textOf(bytesOf(body, of('content-transfer-encoding')), charset);
  if (type.startsWith('text/html')) found.html ??= decode();
  else if (type === '' || type.startsWith('text/plain')) found.text ??= decode();
}

function bytesOf(body: string, encoding: string): Buffer {
  const kind = encoding.trim().toLowerCase();
  if (kind === 'base64') return Buffer.from(body, 'base64');
  if (kind === 'quoted-printable') return quotedPrintable(body.replace(/=[ \t]*\r?\n/g, ''));
  return Buffer.from(body, 'latin1');
}

function quotedPrintable(text: string): Buffer {
  const plain = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(plain, 'latin1');
}

function textOf(bytes: Uint8Array, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder('utf-8').decode(bytes);
  }
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}

/** Decodes words such as `=?utf-8?Q?Gr=C3=B6=C3=9Fe?=`. A blank between two of them is dropped. */
function decodeWords(value: string): string {
  return value
    .replace(/(\?=)\s+(=\?)/g, '$1$2')
    .replace(
      /=\?([\w-]{1,40})\?([QB])\?([^?\s]*)\?=/gi,
      (_, charset: string, kind: string, text: string) =>
        textOf(
          kind.toUpperCase() === 'B'
            ? Buffer.from(text, 'base64')
            : quotedPrintable(text.replaceAll('_', ' ')),
          charset,
        ),
    );
}
