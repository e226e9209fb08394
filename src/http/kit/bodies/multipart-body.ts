import type { IncomingMessage } from 'node:http';
import { Busboy } from '@fastify/busboy';
import { Problem } from '../../../kernel/errors.ts';
import type { MultipartBody } from '../operation.ts';
import { invalidMember } from '../validation.ts';
import { Aborted } from './json-body.ts';

/** What a form contained. Names and types of its files are not looked at: the bytes tell. */
export interface SentForm {
  /** Each once. */
  readonly fields: Readonly<Record<string, string>>;
  /** By the name of the part; none is an empty list. Those without bytes are left out. */
  readonly files: Readonly<Record<string, readonly Uint8Array[]>>;
}

/** Counts the forms that lie in memory, for one server. */
export interface FormSlots {
  take(): boolean;
  free(): void;
}

/** Forms in memory at once; times the largest form, what they may take of a process. */
const FORMS_AT_ONCE_MAX = 8;
const FIELD_BYTES_MAX = 4_096;
const FIELDS_MAX = 40;
const RETRY_AFTER_S = 2;
const MULTIPART = /^multipart\/form-data\s*;/i;

export function formSlots(most = FORMS_AT_ONCE_MAX): FormSlots {
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

/**
 * Reads a form of fields and files into memory, hands it over and forgets it. Throws `Problem` for
 * what is no form, is too large, has a part of another name or one too often.
 */
export async function withForm<T>(
  request: IncomingMessage,
  described: MultipartBody,
  slots: FormSlots,
  use: (form: SentForm) => Promise<T>,
): Promise<T> {
  if (!MULTIPART.test(request.headers['content-type'] ?? '')) {
    throw new Problem('unsupported_media_type', 'Expected a form: multipart/form-data.', {
      fix: 'Send multipart/form-data, as curl does with -F.',
    });
  }
  if (!slots.take()) {
    throw new Problem('rate_limited', 'Too many forms with files are being sent.', {
      retryAfterS: RETRY_AFTER_S,
    });
  }
  try {
    return await use(await readForm(request, described));
  } finally {
    slots.free();
  }
}

function readForm(request: IncomingMessage, described: MultipartBody): Promise<SentForm> {
  return new Promise((resolve, reject) => {
    const form = collector(described);
    const parser = parserFor(request, described);
    let bytesRead = 0;
    const fail = (error: Error) => {
      request.unpipe(parser);
      // What is left is read and dropped, so that the sender sees the answer.
      request.resume();
      reject(error);
    };
    parser.on('field', (name, value, _nameCut, isCut) => form.field(name, value, isCut));
    parser.on('file', (name, file) => {
      const chunks: Buffer[] = [];
      let isCut = false;
      file.on('limit', () => {
        isCut = true;
      });
      file.on('data', (chunk: Buffer) => chunks.push(chunk));
      file.on('end', () => form.file(name, Buffer.concat(chunks), isCut));
      file.on('error', () => fail(unreadable()));
    });
    for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) {
      parser.on(limit, () => form.refuse(new Problem('too_large', 'The form has too many parts.')));
    }
    request.on('data', (chunk: Buffer) => {
      bytesRead += chunk.length;
      if (bytesRead > described.bytesMax) fail(tooLarge(described.bytesMax));
    });
    request.on('close', () => {
      if (!request.complete) reject(new Aborted());
    });
    request.on('error', () => reject(new Aborted()));
    parser.on('error', () => fail(unreadable()));
    parser.on('finish', () => {
      const fault = form.fault();
      if (fault === null) resolve(form.sent());
      else reject(fault);
    });
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > described.bytesMax) fail(tooLarge(described.bytesMax));
    else request.pipe(parser);
  });
}

/** Gathers parts; of several faults the first is told. */
function collector({ fields: known, files: knownFiles }: MultipartBody) {
  const fields: Record<string, string> = Object.create(null);
  const files = new Map(Object.keys(knownFiles).map((name) => [name, [] as Uint8Array[]]));
  let fault: Problem | null = null;
  const refuse = (problem: Problem) => {
    fault ??= problem;
  };
  return {
    refuse,
    fault: () => fault,
    sent: (): SentForm => ({ fields: { ...fields }, files: Object.fromEntries(files) }),
    field(name: string, value: string, isCut: boolean) {
      if (!Object.hasOwn(known.shape, name)) {
        const names = [...files.keys(), ...Object.keys(known.shape)].join(', ');
        refuse(invalidMember('', 'The form has a part that is not known.', `Send ${names}.`));
      } else if (isCut) {
        const fix = `Send at most ${FIELD_BYTES_MAX} bytes.`;
        refuse(invalidMember(`/${name}`, 'It is too long.', fix));
      } else if (Object.hasOwn(fields, name)) {
        refuse(invalidMember(`/${name}`, 'It was sent more than once.', 'Send it once.'));
      } else fields[name] = value;
    },
    file(name: string, bytes: Uint8Array, isCut: boolean) {
      const of = files.get(name);
      const described = knownFiles[name];
      if (of === undefined || described === undefined || bytes.length === 0) return;
      if (isCut || bytes.length > described.bytesMax) {
        refuse(new Problem('too_large', `/${name} may have at most ${described.bytesMax} bytes.`));
      } else if (of.length >= described.most) {
        const fix = `Send at most ${described.most}.`;
        refuse(invalidMember(`/${name}`, 'It was sent too often.', fix));
      } else of.push(bytes);
    },
  };
}

function parserFor({ headers }: IncomingMessage, { files }: MultipartBody) {
  const described = Object.values(files);
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': headers['content-type'] ?? '' },
      // Parts with the names of files are files, whether or not they came with a file's name.
      isPartAFile: (name) => name !== undefined && Object.hasOwn(files, name),
      limits: {
        fields: FIELDS_MAX,
        fieldNameSize: 100,
        fieldSize: FIELD_BYTES_MAX,
        files: described.reduce((sum, { most }) => sum + most, 1),
        fileSize: Math.max(...described.map(({ bytesMax }) => bytesMax)) + 1,
        parts: FIELDS_MAX + 20,
        headerPairs: 20,
        headerSize: 4_096,
      },
    });
  } catch {
    throw new Problem('bad_request', 'The form cannot be read: its header has no boundary.');
  }
}

function unreadable(): Problem {
  return new Problem('bad_request', 'The form cannot be read.', {
    fix: 'Send multipart/form-data with the boundary that its header names, to its end.',
  });
}

function tooLarge(bytesMax: number): Problem {
  return new Problem('too_large', `The form may have at most ${bytesMax} bytes.`);
}
