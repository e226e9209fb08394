import type { IncomingMessage } from 'node:http';
import { GrowingBytes } from '../platform/net/read-body.ts';
import type { BodyRoom } from './body-room.ts';

/** The body of a push, or why it was not read to its end. */
export type PushBody =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  /** The body is longer than a push may be. */
  | { readonly kind: 'too_large' }
  /** The hub has no memory for the rest of the body. */
  | { readonly kind: 'no_room' }
  /** The body did not arrive within the time limit. */
  | { readonly kind: 'too_slow' }
  /** The sender disconnected before the end, so no answer is possible. */
  | { readonly kind: 'aborted' };

interface PushLimits {
  readonly bytesMax: number;
  /** The time from now until the last byte. */
  readonly withinMs: number;
}

/**
 * Reads the raw bytes of a push, as far as there is memory for them. On any other outcome the rest
 * stays unread.
 */
export function readPush(
  request: IncomingMessage,
  room: BodyRoom,
  { bytesMax, withinMs }: PushLimits,
): Promise<PushBody> {
  if (request.destroyed) return Promise.resolve({ kind: 'aborted' });
  let bytes: GrowingBytes | null = new GrowingBytes(bytesMax);
  return new Promise((resolve) => {
    const settle = (body: PushBody): void => {
      if (bytes === null) return;
      // Free the bytes: the request may live on while its sender reads the answer.
      bytes = null;
      clearTimeout(timer);
      if (body.kind !== 'body') request.pause();
      resolve(body);
    };
    const timer = setTimeout(settle, withinMs, { kind: 'too_slow' });
    // The listeners stay on the request, which ends with its body: removing them costs more.
    request.on('data', (chunk: Buffer) => {
      if (bytes === null) return;
      if (bytes.length + chunk.length > bytesMax) settle({ kind: 'too_large' });
      else if (!room.hold(bytes.capacityFor(chunk.length))) settle({ kind: 'no_room' });
      else bytes.add(chunk);
    });
    request.on('end', () => {
      if (bytes !== null) settle({ kind: 'body', bytes: bytes.take() });
    });
    request.on('close', () => settle({ kind: 'aborted' }));
    request.on('error', () => settle({ kind: 'aborted' }));
  });
}
