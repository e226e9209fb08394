import type { IncomingMessage } from 'node:http';
import { GrowingBytes } from '../platform/net/growing-bytes.ts';
import type { BodyRoom } from './body-room.ts';

export type PushBody =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  /** More than a push may have. */
  | { readonly kind: 'too_large' }
  /** The hub has no memory to spare for the rest of it. */
  | { readonly kind: 'no_room' }
  /** Its sender took longer than anybody who means to deliver it. */
  | { readonly kind: 'too_slow' }
  /** The sender disconnected before the end, so no answer is possible. */
  | { readonly kind: 'aborted' };

export interface PushLimits {
  readonly bytesMax: number;
  /** From now until the last byte. */
  readonly withinMs: number;
}

/** The raw bytes of a push, as far as there is room for them. Any other end leaves the rest unread. */
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
      // The request may live on while its sender reads the answer; its bytes must not.
      bytes = null;
      clearTimeout(timer);
      if (body.kind !== 'body') request.pause();
      resolve(body);
    };
    const timer = setTimeout(settle, withinMs, { kind: 'too_slow' });
    // Listeners stay on the request, which ends with its body: taking them off costs more.
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
