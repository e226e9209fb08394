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
