import type { StreamTransport } from '../ports.ts';

/** The part of `fetch` that is used; that of browsers and Node.js fits it, React Native's does not. */
export type StreamFetch = (
  url: string,
  init: {
    readonly headers: Record<string, string>;
    readonly signal: AbortSignal;
    readonly redirect: 'error';
    readonly credentials: 'omit';
    readonly cache: 'no-store';
  },
) => Promise<{
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ReadableStream<Uint8Array> | null;
  text(): Promise<string>;
}>;

/** @param fetch called without a receiver, so the browser's own can be passed directly. */
export function fetchStream(fetch: StreamFetch): StreamTransport {
  return async ({ url, headers, signal }, onText) => {
    const answer = await fetch(url, {
      headers,
      signal,
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
    });
    const header = (name: string) => answer.headers.get(name);
    const isStream = header('content-type')?.startsWith('text/event-stream') === true;
    if (answer.status !== 200 || !isStream || answer.body === null) {
      return { status: answer.status, header, text: await answer.text() };
    }
    const decoder = new TextDecoder();
    const reader = answer.body.getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      onText(decoder.decode(read.value, { stream: true }));
    }
    return { status: 200, header, text: '' };
  };
}
