/** An event received by a client of a server-sent event stream. */
export interface ReceivedEvent {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface TestStream {
  readonly response: Response;
  readonly events: () => readonly ReceivedEvent[];
  readonly text: () => string;
  readonly over: () => boolean;
  cancel(): void;
}

/** A client that records everything it receives. */
export async function listenTo(
  url: string,
  headers: Record<string, string> = {},
): Promise<TestStream> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  let text = '';
  let over = false;
  void (async () => {
    const decoder = new TextDecoder();
    const reader = response.body?.getReader();
    for (let read = await reader?.read(); read?.value; read = await reader?.read()) {
      text += decoder.decode(read.value, { stream: true });
    }
    over = true;
  })().catch(() => {
    over = true;
  });
  const events = () =>
    text
      .split('\n\n')
      .filter((frame) => frame.includes('event: '))
      .map((frame) => ({
        event: /^event: (.*)$/m.exec(frame)?.[1],
        id: /^id: (.*)$/m.exec(frame)?.[1],
        data: JSON.parse(/^data: (.*)$/m.exec(frame)?.[1] ?? 'null') as Record<string, unknown>,
      }));
  return { response, events, text: () => text, over: () => over, cancel: () => abort.abort() };
}
