import type { IncomingMessage } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import { readBody } from '../../../platform/net/read-body.ts';
import type { TextBody } from '../operation.ts';
import { Aborted } from './json-body.ts';

/**
 * The text body of a request, strictly UTF-8. Throws `Problem`: 413, 415, or 422 for invalid text.
 */
export async function readTextBody(
  request: IncomingMessage,
  { mediaType, bytesMax }: TextBody,
): Promise<{ readonly bytes: Uint8Array; readonly text: string }> {
  assertMediaType(request, mediaType);
  const body = await readBody(request, bytesMax);
  if (body.kind === 'aborted') throw new Aborted();
  if (body.kind === 'too_large') {
    throw new Problem('too_large', { 'requests.bodyTooLarge': { bytesMax } });
  }
  try {
    return { bytes: body.bytes, text: UTF8.decode(body.bytes) };
  } catch {
    const reason = 'requests.fileNotUtf8';
    const fix = 'requests.saveAsUtf8';
    throw new Problem('invalid', reason, { errors: [{ pointer: '', reason, fix }] });
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function assertMediaType({ headers }: IncomingMessage, wanted: string): void {
  const fix = { 'requests.sendMediaType': { wanted } };
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Problem('unsupported_media_type', 'requests.contentEncodingNotAllowed', { fix });
  }
  const [type = '', ...parameters] = (headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  if (type !== wanted) {
    const found = type === '' ? 'no Content-Type' : 'another Content-Type';
    const detail = { 'requests.wrongMediaType': { wanted, found } };
    throw new Problem('unsupported_media_type', detail, { fix });
  }
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw new Problem('unsupported_media_type', 'requests.charsetNotUtf8', { fix });
  }
}
