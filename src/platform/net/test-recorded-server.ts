import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A recorded answer of a routing server or geocoder. */
export interface RecordedAnswer {
  readonly status?: number;
  readonly body: unknown;
}

export interface RecordedServer {
  readonly url: string;
  /** The requests in order: `GET /path?query`, and for a POST its body after it. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts a server on loopback that replays recorded answers.
 *
 * @param answerTo null: it never answers.
 */
export async function recordedServer(
  answerTo: (path: string, body: string) => RecordedAnswer | null,
): Promise<RecordedServer> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      requests.push(`${request.method} ${request.url}${body === '' ? '' : ` ${body}`}`);
      const said = answerTo(request.url ?? '', body);
      if (said === null) return;
      const isText = typeof said.body === 'string';
      response.writeHead(said.status ?? 200, { 'content-type': 'application/json' });
      response.end(isText ? said.body : JSON.stringify(said.body));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
