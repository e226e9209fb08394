/** Longer than any version of ours; what is longer is none. */
const VERSION_CHARS_MAX = 64;

/** Of every stream of server-sent events. */
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // nginx would gather the events before it passes them on.
  'x-accel-buffering': 'no',
} as const;

/** What a client says it had last, from its header `Last-Event-ID`; null: nothing. */
export function lastEventId(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && header.length <= VERSION_CHARS_MAX ? header : null;
}
