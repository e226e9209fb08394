import type { IncomingMessage } from 'node:http';
import { GrowingBytes } from './growing-bytes.ts';

export type BodyOutcome =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  /** The body is longer than allowed, as declared or found; the rest was not read. */
  | { readonly kind: 'too_large' }
  /** The sender disconnected before the end, so no answer is possible. */
  | { readonly kind: 'aborted' };

/**
 * Reads the raw bytes of a request, at most `bytesMax`. The HTTP server limits how long a sender
 * may take; it ends the connection and with it this read.
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<BodyOutcome> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > bytesMax) return Promise.resolve({ kind: 'too_large' });
  if (request.destroyed) return Promise.resolve({ kind: 'aborted' });
  const bytes = new GrowingBytes(bytesMax);
  let settled = false;
  // Listeners stay on the request, which ends with its body: removing them costs more, and so would
  // naming them here, once for each request.
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      if (settled) return;
      if (bytes.length + chunk.length <= bytesMax) {
        bytes.add(chunk);
        return;
      }
      settled = true;
      request.pause();
      resolve({ kind: 'too_large' });
    });
    request.on('end', () => {
      if (settled) return;
      settled = true;
      resolve({ kind: 'body', bytes: bytes.take() });
    });
    request.on('close', () => {
      if (settled) return;
      settled = true;
      resolve({ kind: 'aborted' });
    });
    request.on('error', () => {
      if (settled) return;
      settled = true;
      resolve({ kind: 'aborted' });
    });
  });
}
