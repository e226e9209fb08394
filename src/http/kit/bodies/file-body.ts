import type { IncomingMessage } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import { readBody } from '../../../platform/net/read-body.ts';
import type { FileBody } from '../operation.ts';
import { Aborted } from './json-body.ts';

/**
 * The body of a request that is a file. Throws `Problem`: 413, 415, or 422 for an empty one. The
 * bytes determine the actual format when the file is used; the header only states the intended one.
 */
export async function readFileBody(
  request: IncomingMessage,
  { mediaTypes, bytesMax }: FileBody,
): Promise<{ readonly bytes: Uint8Array }> {
  assertMediaType(request, mediaTypes);
  const body = await readBody(request, bytesMax);
  if (body.kind === 'aborted') throw new Aborted();
  if (body.kind === 'too_large') {
    throw new Problem('too_large', { 'requests.bodyTooLarge': { bytesMax } });
  }
  if (body.bytes.length > 0) return { bytes: body.bytes };
  const reason = 'requests.bodyEmpty';
  const fix = 'requests.sendRawFile';
  throw new Problem('invalid', reason, { errors: [{ pointer: '', reason, fix }] });
}

function assertMediaType({ headers }: IncomingMessage, wanted: readonly string[]): void {
  const fix = { 'requests.sendOneMediaType': { wanted: wanted.join(', ') } };
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Problem('unsupported_media_type', 'requests.contentEncodingNotAllowed', { fix });
  }
  const [type = ''] = (headers['content-type'] ?? '').split(';').map((part) => part.trim());
  if (wanted.includes(type.toLowerCase())) return;
  const found = type === '' ? 'no Content-Type' : 'another Content-Type';
  const detail = { 'requests.unsupportedMediaType': { wanted: wanted.join(', '), found } };
  throw new Problem('unsupported_media_type', detail, { fix });
}
