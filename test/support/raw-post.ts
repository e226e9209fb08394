import { once } from 'node:events';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Posts as a carrier's own client might, not as `fetch` would: headers may repeat, and a body in
 * pieces goes without a length.
 */
export async function rawPost(
  url: URL,
  body: Uint8Array | string | readonly Uint8Array[],
  headers: OutgoingHttpHeaders,
): Promise<Answer> {
  const outgoing = request(url, { method: 'POST', headers, agent: false });
  // Who is answered before the whole body was sent may find the connection closed.
  outgoing.on('error', () => {});
  if (typeof body === 'string' || body instanceof Uint8Array) {
    outgoing.setHeader('content-length', Buffer.byteLength(body));
    outgoing.end(body);
  } else {
    for (const piece of body) outgoing.write(piece);
    outgoing.end();
  }
  const [response] = await once(outgoing, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, headers: response.headers, body: text };
}

/** Announces a body, sends half of it, and goes away without a word. */
export async function abortedPost(
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const sent = `POST ${url.pathname} HTTP/1.1\r\nhost: hub\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body.slice(0, body.length / 2)}`;
  await new Promise((resolve) => socket.write(sent, resolve));
  socket.destroy();
  await once(socket, 'close');
}
