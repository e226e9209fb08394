import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/**
 * The minimum for distributing positions to WebSockets: parse, store the newest of each courier,
 * and once a second send all updates to everyone, each text serialized once. No keys, validation,
 * shifts, tenants or resuming, nothing is written, and slow readers are not handled.
 */
interface Row {
  readonly courier_id: string;
  readonly ts: string;
}
const BATCH_MS = 1_000;
const newest = new Map<string, Row>();
const changed = new Set<string>();
const watchers = new Map<string, Set<WebSocket>>();

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const rows = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Row[];
    for (const row of rows) {
      if ((newest.get(row.courier_id)?.ts ?? '') >= row.ts) continue;
      newest.set(row.courier_id, row);
      changed.add(row.courier_id);
    }
    const answer = JSON.stringify({ accepted: rows.length });
    const type = 'application/json';
    response.writeHead(202, { 'content-type': type, 'content-length': answer.length });
    response.end(answer);
  });
});

const sockets = new WebSocketServer({ server, perMessageDeflate: false, clientTracking: false });
sockets.on('connection', (socket) => {
  const watched = new Set<string>();
  socket.on('message', (data) => {
    const { subscribe = [] } = JSON.parse(String(data)) as { subscribe?: string[] };
    for (const topic of subscribe) {
      watched.add(topic);
      const set = watchers.get(topic) ?? new Set();
      watchers.set(topic, set.add(socket));
    }
    socket.send(JSON.stringify({ type: 'subscribed', topics: subscribe, refused: [] }));
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    for (const topic of watched) watchers.get(topic)?.delete(socket);
  });
});

function tell(topic: string, rows: readonly (Row | undefined)[]): void {
  const topicWatchers = watchers.get(topic);
  if (topicWatchers === undefined || topicWatchers.size === 0) return;
  const now = new Date();
  const [at, seq] = [now.toISOString(), now.getTime()];
  const part = { topic, seq, couriers: rows, gone: [] };
  const bytes = Buffer.from(JSON.stringify({ type: 'batch', at, seq, topics: [part] }));
  for (const socket of topicWatchers) socket.send(bytes, { binary: false });
}

setInterval(() => {
  const ids = [...changed];
  changed.clear();
  for (const id of ids) tell(`courier:${id}`, [newest.get(id)]);
  tell(
    'fleet',
    ids.map((id) => newest.get(id)),
  );
}, BATCH_MS);

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
