import type { IncomingMessage } from 'node:http';
import { type ErrorItem, type ErrorText, Problem } from '../../../kernel/errors.ts';
import { escapePointer } from '../../../kernel/wire/explain-issues.ts';
import { parseJson } from '../../../kernel/wire/json.ts';
import { readBody } from '../../../platform/net/read-body.ts';

/** Largest JSON body: ten times a batch of 100 shipments with every member. */
const JSON_BODY_BYTES_MAX = 1_048_576;
/** No body of our API nests deeper than five levels. */
const DEPTH_MAX = 32;

/** A body as raw bytes and as a parsed value. */
interface JsonBody {
  readonly bytes: Uint8Array;
  readonly value: unknown;
}

/** The sender disconnected before its body was complete: there is nobody to respond to. */
export class Aborted extends Error {
  override readonly name = 'Aborted';
}

/**
 * The JSON body of a request, strictly UTF-8 and without characters that the database cannot store.
 * Throws `Problem`: 413, 415, 400 `unreadable_json`, or 422 with pointers to the invalid strings.
 */
export async function readJsonBody(
  request: IncomingMessage,
  options: {
    readonly isOptional?: boolean;
    /** None of its texts is stored, so any characters are allowed. */
    readonly storesNoText?: boolean;
  } = {},
): Promise<JsonBody> {
  if (options.isOptional === true && hasNoBody(request)) return NOTHING;
  const bytes = await readJsonBytes(request);
  const text = decode(bytes);
  const value = parse(text);
  const errors = options.storesNoText === true ? [] : unstorableTexts(text, value);
  if (errors.length > 0) throw new Problem('invalid', 'requests.unusableTextInBody', { errors });
  return { bytes, value };
}

/** The raw bytes of a JSON body, unparsed. Throws `Problem`: 413, 415. */
export async function readJsonBytes(request: IncomingMessage): Promise<Buffer> {
  assertMediaType(request);
  const body = await readBody(request, JSON_BODY_BYTES_MAX);
  if (body.kind === 'aborted') throw new Aborted();
  if (body.kind === 'too_large') {
    throw new Problem('too_large', {
      'requests.jsonBodyTooLarge': { jsonBodyBytesMax: JSON_BODY_BYTES_MAX },
    });
  }
  return body.bytes;
}

/**
 * Parses such bytes, when none of their texts is stored. Throws `Problem`: 400 `unreadable_json`.
 */
export function parseJsonBytes(bytes: Uint8Array): unknown {
  return parse(decode(bytes));
}

/** The value of an absent optional body. */
const NOTHING: JsonBody = { bytes: new Uint8Array(), value: {} };

function hasNoBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
}

function assertMediaType({ headers }: IncomingMessage): void {
  const encoding = headers['content-encoding'];
  // The common case.
  if (encoding === undefined && headers['content-type'] === 'application/json') return;
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Problem('unsupported_media_type', 'requests.contentEncodingNotAllowed');
  }
  const [type = '', ...parameters] = (headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  if (type !== 'application/json' && !/^application\/[a-z0-9.+-]+\+json$/.test(type)) {
    const found = type === '' ? 'no Content-Type' : 'another Content-Type';
    throw new Problem('unsupported_media_type', { 'requests.notApplicationJson': { found } });
  }
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw new Problem('unsupported_media_type', 'requests.charsetNotUtf8');
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new Problem('unreadable_json', 'requests.bodyNotUtf8');
  }
}

function parse(text: string): unknown {
  if (text.trim() === '') throw new Problem('unreadable_json', 'requests.bodyEmpty');
  try {
    return parseJson(text);
  } catch (error) {
    // Leaves out the parser's message: it quotes the body, which may contain a name or a secret.
    const at = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1] ?? 'unknown';
    throw new Problem('unreadable_json', { 'requests.bodyNotValidJson': { at } });
  }
}

/**
 * Pointers to strings and member names that PostgreSQL cannot store (NUL, unpaired surrogates), and
 * to values nested too deep. Uses its own stack, because the nesting is untrusted.
 */
function unstorableTexts(text: string, root: unknown): ErrorItem[] {
  // Only an escape sequence puts such characters into valid UTF-8; most bodies have none.
  if (!text.includes('\\u') && !isDeeper(root, DEPTH_MAX)) return [];
  const errors: ErrorItem[] = [];
  const stack: { value: unknown; pointer: string; depth: number }[] = [
    { value: root, pointer: '', depth: 0 },
  ];
  for (let at = stack.pop(); at !== undefined && errors.length < ERRORS_MAX; at = stack.pop()) {
    const { value, pointer, depth } = at;
    if (typeof value === 'string' && UNSTORABLE.test(value)) {
      errors.push({ pointer, reason: UNSTORABLE_REASON, fix: 'values.remove' });
    }
    if (typeof value !== 'object' || value === null) continue;
    if (depth === DEPTH_MAX) {
      const reason: ErrorText = { 'requests.nestedTooDeep': { depthMax: DEPTH_MAX } };
      return [...errors, { pointer: shortened(pointer), reason, fix: 'requests.reduceNesting' }];
    }
    for (const [name, child] of Object.entries(value)) {
      const childPointer = `${pointer}/${escapePointer(name)}`;
      if (UNSTORABLE.test(name)) {
        const shown = shortened(`${pointer}/`);
        errors.push({
          pointer: shown,
          reason: 'requests.nameNulOrSurrogate',
          fix: 'values.rename',
        });
      }
      stack.push({ value: child, pointer: childPointer, depth: depth + 1 });
    }
  }
  return errors.map((error) => ({ ...error, pointer: shortened(error.pointer) }));
}

/** Whether values are nested deeper than this many levels. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((child) => isDeeper(child, levels - 1));
}

const ERRORS_MAX = 20;
const POINTER_CHARS_MAX = 200;
const UNSTORABLE = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const UNSTORABLE_REASON = 'requests.nulOrUnpairedSurrogate';

function shortened(pointer: string): string {
  return pointer.slice(0, POINTER_CHARS_MAX);
}
