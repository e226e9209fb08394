import type { IncomingMessage } from 'node:http';
import { Busboy } from '@fastify/busboy';
import { Problem } from '../../../kernel/errors.ts';
import { readBody } from '../../../platform/net/read-body.ts';
import { EVIDENCE_BYTES_MAX } from '../../../reactions/exceptions/index.ts';
import { Aborted } from '../../kit/bodies/json-body.ts';

/** What came, complete, or the first reason why it cannot be used. */
export interface SentPhotos {
  readonly kind: 'form' | 'bytes';
  /** Of the personal link; null: there was none. */
  readonly token: string | null;
  readonly photos: readonly Uint8Array[];
  readonly fault: 'photo_large' | 'photo_many' | 'photo_busy' | null;
}

/** Photos in one form. */
const PHOTOS_AT_ONCE_MAX = 5;
/** Of all photos of one form together: it lies in memory until it is sealed. */
const PHOTOS_BYTES_MAX = 20 * 1_048_576;
/** Beyond this a form is not read to its end, and its sender sees a broken connection, no page. */
const FORM_BYTES_MAX = 64 * 1_048_576;
/** Forms in memory at once; with the above what photos may take of a process. */
const FORMS_AT_ONCE_MAX = 8;
const PHOTO_TYPES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp']);
const MULTIPART = /^multipart\/form-data\s*;/i;

/** Counts the forms that lie in memory, for one server. */
export interface UploadSlots {
  take(): boolean;
  free(): void;
}

export function uploadSlots(most = FORMS_AT_ONCE_MAX): UploadSlots {
  let taken = 0;
  return {
    take() {
      if (taken >= most) return false;
      taken += 1;
      return true;
    },
    free() {
      taken -= 1;
    },
  };
}

export function isMultipart({ headers }: IncomingMessage): boolean {
  return MULTIPART.test(headers['content-type'] ?? '');
}

/**
 * The form of the page, or one photo as it is from a program, whose token stands in the query. Of
 * who has no signed link not a byte is kept. Names and types that come along are not looked at.
 * Throws `Problem` for what is neither.
 *
 * @param isSigned tells by signature alone, without asking anybody, whether a token may be good.
 */
export async function readPhotos<T>(
  request: IncomingMessage,
  queryToken: string | null,
  { isSigned, slots }: { isSigned: (token: string) => boolean; slots: UploadSlots },
  use: (sent: SentPhotos) => Promise<T>,
): Promise<T> {
  let taken = false;
  const mayKeep = (token: string | null): 'yes' | 'busy' | 'no' => {
    if (token === null || !isSigned(token)) return 'no';
    taken ||= slots.take();
    return taken ? 'yes' : 'busy';
  };
  try {
    const sent = isMultipart(request)
      ? await readForm(request, mayKeep)
      : await readBytes(request, queryToken, mayKeep);
    return await use(sent);
  } finally {
    if (taken) slots.free();
  }
}

type MayKeep = (token: string | null) => 'yes' | 'busy' | 'no';

async function readBytes(
  request: IncomingMessage,
  token: string | null,
  mayKeep: MayKeep,
): Promise<SentPhotos> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  if (!PHOTO_TYPES.has(type.trim().toLowerCase())) {
    throw new Problem(
      'unsupported_media_type',
      `Send the form of the page, or a photo as ${[...PHOTO_TYPES].join(', ')}.`,
    );
  }
  const sent = { kind: 'bytes', token, photos: [], fault: null } as const;
  const may = mayKeep(token);
  if (may !== 'yes') return may === 'busy' ? { ...sent, fault: 'photo_busy' } : sent;
  const body = await readBody(request, EVIDENCE_BYTES_MAX);
  if (body.kind === 'aborted') throw new Aborted();
  if (body.kind === 'too_large') return { ...sent, fault: 'photo_large' };
  return { ...sent, photos: body.bytes.length === 0 ? [] : [body.bytes] };
}

/** Read to its end where it can be, also when it is too large: else browsers show no answer. */
function readForm(request: IncomingMessage, mayKeep: MayKeep): Promise<SentPhotos> {
  return new Promise((resolve, reject) => {
    const photos: Buffer[] = [];
    let token: string | null = null;
    let fault: SentPhotos['fault'] = null;
    let bytesRead = 0;
    let bytesKept = 0;
    const parser = parserFor(request);
    parser.on('field', (name, value) => {
      if (name === 't') token ??= value;
    });
    parser.on('filesLimit', () => {
      fault ??= 'photo_many';
    });
    parser.on('file', (_name, file) => {
      const may = mayKeep(token);
      if (may === 'busy') fault ??= 'photo_busy';
      const chunks: Buffer[] = [];
      file.on('limit', () => {
        fault ??= 'photo_large';
      });
      file.on('data', (chunk: Buffer) => {
        bytesKept += chunk.length;
        if (bytesKept > PHOTOS_BYTES_MAX) fault ??= 'photo_large';
        if (may === 'yes' && fault === null) chunks.push(chunk);
        else chunks.length = 0;
      });
      // A field for files that was left empty comes as a file without bytes.
      file.on('end', () => {
        if (chunks.length > 0) photos.push(Buffer.concat(chunks));
      });
    });
    const fail = (problem: Error) => {
      request.unpipe(parser);
      request.pause();
      reject(problem);
    };
    request.on('data', (chunk: Buffer) => {
      bytesRead += chunk.length;
      if (bytesRead > FORM_BYTES_MAX) {
        fail(
          new Problem('too_large', `Photos may have at most ${PHOTOS_BYTES_MAX} bytes together.`),
        );
      }
    });
    request.on('close', () => {
      if (!request.complete) reject(new Aborted());
    });
    request.on('error', () => reject(new Aborted()));
    parser.on('error', () => fail(new Problem('bad_request', 'The form cannot be read.')));
    parser.on('finish', () =>
      resolve({ kind: 'form', token, photos: fault === null ? photos : [], fault }),
    );
    request.pipe(parser);
  });
}

function parserFor({ headers }: IncomingMessage) {
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': headers['content-type'] ?? '' },
      limits: {
        fields: 10,
        fieldNameSize: 100,
        fieldSize: 1_000,
        files: PHOTOS_AT_ONCE_MAX,
        fileSize: EVIDENCE_BYTES_MAX,
        parts: 30,
        headerPairs: 20,
        headerSize: 4_096,
      },
    });
  } catch {
    throw new Problem('bad_request', 'The form cannot be read: its header has no boundary.');
  }
}
