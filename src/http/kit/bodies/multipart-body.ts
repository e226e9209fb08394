import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import type { MultipartBody } from '../operation.ts';
import { invalidMember } from '../validation.ts';
import { allowSlowBody } from './body-pace.ts';
import type { FormSlot, FormSlots } from './form-slots.ts';
import { isMultipart, type PartsLimits, type PartsTaker, readParts } from './read-parts.ts';

/**
 * The content of a form. Names and types of its files are ignored: the bytes determine the format.
 */
export interface SentForm {
  /** Each once. */
  readonly fields: Readonly<Record<string, string>>;
  /** By the name of the part; none is an empty list. Files without bytes are left out. */
  readonly files: Readonly<Record<string, readonly Uint8Array[]>>;
}

/** The owner of a form. */
interface FormSender {
  readonly slots: FormSlots;
  readonly owner: string;
  /** The sender is authenticated, and may have a slow network. */
  readonly maySlow?: boolean;
}

/** For an operation without a form. */
export const NO_FORM: SentForm = { fields: {}, files: {} };

const FIELD_BYTES_MAX = 4_096;
const FIELDS_MAX = 40;
const RETRY_AFTER_S = 2;

/**
 * Reads a form of fields and files into memory, passes it on and releases it. Throws `Problem` for
 * anything that is not a form, is too large, or has an unknown or repeated part, and when its owner
 * has too many in progress; `Aborted` when its sender has disconnected.
 */
export async function withForm<T>(
  request: IncomingMessage,
  described: MultipartBody,
  { slots, owner, maySlow = false }: FormSender,
  use: (form: SentForm) => Promise<T>,
): Promise<T> {
  if (!isMultipart(request)) {
    throw new Problem('unsupported_media_type', 'requests.notMultipartForm', {
      fix: 'requests.useMultipartForm',
    });
  }
  const slot = slots.take(owner);
  if (slot === null) throw tooMany();
  const endSlowBody = maySlow ? allowSlowBody(request) : null;
  try {
    return await use(await readForm(request, described, slot));
  } finally {
    slot.free();
    endSlowBody?.();
  }
}

function tooMany(): Problem {
  return new Problem('rate_limited', 'requests.tooManyFileForms', {
    retryAfterS: RETRY_AFTER_S,
  });
}

/**
 * A digest that is equal for forms with equal parts: their bytes differ each time by the boundary.
 */
export function formIdentity({ fields, files }: SentForm): Uint8Array {
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64');
  const byName = <T>(parts: Readonly<Record<string, T>>) =>
    Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = byName(files).map(([name, all]) => [name, all.map(digest)]);
  return Buffer.from(JSON.stringify([byName(fields), parts]), 'utf8');
}

async function readForm(
  request: IncomingMessage,
  described: MultipartBody,
  slot: FormSlot,
): Promise<SentForm> {
  const form = collector(described);
  await readParts(request, limitsOf(described), form, (bytes) => {
    if (!slot.grow(bytes)) throw tooMany();
  });
  const fault = form.fault();
  if (fault !== null) throw fault;
  return form.sent();
}

/** Collects parts; of several errors the first is reported. */
function collector({ fields: known, files: knownFiles }: MultipartBody) {
  const fields: Record<string, string> = Object.create(null);
  const files = new Map(Object.keys(knownFiles).map((name) => [name, [] as Uint8Array[]]));
  let fault: Problem | null = null;
  const reportFault = (problem: Problem) => {
    fault ??= problem;
  };
  const addFile = (name: string, bytes: Uint8Array, isCut: boolean) => {
    const collected = files.get(name);
    const described = knownFiles[name];
    if (collected === undefined || described === undefined || bytes.length === 0) return;
    if (isCut || bytes.length > described.bytesMax) {
      reportFault(
        new Problem('too_large', {
          'requests.formPartTooLarge': { name, bytesMax: described.bytesMax },
        }),
      );
    } else if (collected.length >= described.most) {
      const fix: ErrorText = { 'requests.limitTo': { most: described.most } };
      reportFault(invalidMember(`/${name}`, 'requests.sentTooOften', fix));
    } else collected.push(bytes);
  };
  const taker: PartsTaker = {
    tooMany: () => reportFault(new Problem('too_large', 'requests.formTooManyParts')),
    field(name, value, isCut) {
      if (!Object.hasOwn(known.shape, name)) {
        const names = [...files.keys(), ...Object.keys(known.shape)].join(', ');
        reportFault(
          invalidMember('', 'requests.unknownFormPart', { 'requests.sendKnownParts': { names } }),
        );
      } else if (isCut) {
        const fix: ErrorText = { 'requests.limitFieldBytes': { fieldBytesMax: FIELD_BYTES_MAX } };
        reportFault(invalidMember(`/${name}`, 'requests.tooLong', fix));
      } else if (Object.hasOwn(fields, name)) {
        reportFault(invalidMember(`/${name}`, 'requests.sentMoreThanOnce', 'requests.sendOnce'));
      } else fields[name] = value;
    },
    file(name) {
      const chunks: Buffer[] = [];
      return {
        data: (chunk) => void chunks.push(chunk),
        end: (isCut) => addFile(name, Buffer.concat(chunks), isCut),
      };
    },
  };
  return {
    ...taker,
    fault: () => fault,
    sent: (): SentForm => ({ fields: { ...fields }, files: Object.fromEntries(files) }),
  };
}

function limitsOf({ files, bytesMax }: MultipartBody): PartsLimits {
  const described = Object.values(files);
  return {
    fieldBytesMax: FIELD_BYTES_MAX,
    fieldsMax: FIELDS_MAX,
    filesMax: described.reduce((sum, { most }) => sum + most, 1),
    fileBytesMax: Math.max(...described.map((each) => each.bytesMax)) + 1,
    partsMax: FIELDS_MAX + 20,
    bytesMax,
    tooLarge: { 'requests.formTooLarge': { bytes: bytesMax } },
    // Parts with the names of files are files, whether or not they have a file name.
    isFile: (name) => Object.hasOwn(files, name),
  };
}
