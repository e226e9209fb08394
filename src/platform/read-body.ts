import type { IncomingMessage } from 'node:http';

export type BodyOutcome =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  /** Declared or found to be longer than allowed; the rest was not read. */
  | { readonly kind: 'too_large' }
  /** The sender went away before the end: there is nobody to answer. */
  | { readonly kind: 'aborted' };

/**
 * The raw bytes of a request, at most `bytesMax`. How long a sender may take is the HTTP server's
 * `requestTimeout`, which ends the connection and with it this.
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<BodyOutcome> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > bytesMax) return Promise.resolve({ kind: 'too_large' });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (outcome: BodyOutcome) => {
      request.off('data', onData);
      request.off('end', onEnd);
      request.off('error', onAbort);
      request.off('close', onAbort);
      resolve(outcome);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > bytesMax) {
        request.pause();
        settle({ kind: 'too_large' });
      } else chunks.push(chunk);
    };
    const onEnd = () => {
      const [only] = chunks;
      settle({
        kind: 'body',
        bytes: chunks.length === 1 && only ? only : Buffer.concat(chunks, length),
      });
    };
    const onAbort = () => settle({ kind: 'aborted' });
    request.on('data', onData);
    request.on('end', onEnd);
    request.on('error', onAbort);
    request.on('close', onAbort);
  });
}
