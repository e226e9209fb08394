import { createServer, type Socket } from 'node:net';

/**
 * A merchant's endpoint that does almost nothing, so that the sender is measured: it reads a
 * request and answers 200. `/hang/…` is accepted but never answered. `GET /figures` returns what
 * arrived since the last `GET /figures`: how many, and how long before that each had happened by
 * its `at_ms`.
 */
const HEAD_END = Buffer.from('\r\n\r\n');
const OK = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
const AT = '"at_ms":';

let posts = 0;
let hung = 0;
let agesMs: number[] = [];

const server = createServer({ noDelay: true }, (socket) => {
  let received: Buffer = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    for (let used = take(socket, received); used > 0; used = take(socket, received)) {
      received = received.subarray(used);
    }
  });
});

/**
 * Answers the first request in the buffer; returns its number of bytes, 0 when it is incomplete.
 */
function take(socket: Socket, bytes: Buffer): number {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return 0;
  const head = bytes.toString('latin1', 0, end);
  const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  const from = end + HEAD_END.length;
  if (bytes.length < from + length) return 0;
  if (head.startsWith('GET')) tellFigures(socket);
  else if (head.startsWith('POST /hang')) hung += 1;
  else {
    posts += 1;
    const body = bytes.toString('latin1', from, from + length);
    const at = body.indexOf(AT);
    if (at >= 0) agesMs.push(Date.now() - Number.parseFloat(body.slice(at + AT.length)));
    socket.write(OK);
  }
  return from + length;
}

function tellFigures(socket: Socket): void {
  agesMs.sort((a, b) => a - b);
  const share = (part: number) => agesMs[Math.floor(agesMs.length * part)] ?? 0;
  const figures = JSON.stringify({ posts, hung, p50Ms: share(0.5), p99Ms: share(0.99) });
  agesMs = [];
  posts = 0;
  hung = 0;
  socket.end(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${figures.length}\r\n\r\n${figures}`,
  );
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
