import type { ServerResponse } from 'node:http';
import { type ErrorText, Problem } from '../../kernel/errors.ts';
import type { Streams } from '../../reactions/live/index.ts';

/** Longer than any version we issue; longer texts are invalid. */
const VERSION_CHARS_MAX = 64;

/** Headers of every stream of server-sent events. */
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // nginx would buffer the events otherwise.
  'x-accel-buffering': 'no',
} as const;

/** The last event a client received, from its header `Last-Event-ID`; null: none. */
export function lastEventId(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && header.length <= VERSION_CHARS_MAX ? header : null;
}

/** Retry-After when all streams are in use. */
const FULL_RETRY_AFTER_S = 30;

/**
 * Answers with a stream of a topic's updates.
 *
 * @param client whose streams are limited together
 * @throws Problem 503 when there are too many streams
 */
export function answerStream<Topic>(
  streams: Pick<Streams<Topic>, 'admit'>,
  response: ServerResponse,
  {
    client,
    topic,
    lastUpdate = null,
    fix,
  }: {
    readonly client: string;
    readonly topic: Topic;
    /** The version that the client has; null: none. */
    readonly lastUpdate?: string | null;
    readonly fix?: ErrorText;
  },
): void {
  const admission = streams.admit(client);
  if (admission.kind !== 'admitted') {
    const retryAfterS = FULL_RETRY_AFTER_S;
    throw new Problem('overloaded', 'values.liveStreamsExhausted', {
      retryAfterS,
      ...(fix && { fix }),
    });
  }
  response.writeHead(200, STREAM_HEADERS);
  admission.open(response, topic, lastUpdate);
}
