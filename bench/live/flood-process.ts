import { WebSocket } from 'ws';

/**
 * A flooding client: it sends as much as it can to a live socket, is cut off, and reconnects at
 * once. In addition it holds one connection that watches all couriers and never reads.
 */
const [url = '', key = ''] = process.argv.slice(2);
const headers = { authorization: `Bearer ${key}` };
const AT_ONCE = 200;
const EVERY_MS = 5;
/** How long it stays connected; it does not wait to be cut off. */
const LEAVES_MS = 50;
const counted = { messages: 0, connections: 0 };

const deaf = new WebSocket(url, { headers });
deaf.on('error', () => {});
deaf.once('open', () => {
  deaf.send('{"subscribe":["fleet"]}');
  deaf.pause();
});

let socket: WebSocket | null = null;
function come(): void {
  const fresh = new WebSocket(url, { headers });
  fresh.on('error', () => {});
  fresh.once('open', () => {
    counted.connections += 1;
    socket = fresh;
    setTimeout(() => fresh.terminate(), LEAVES_MS);
  });
  fresh.once('close', () => {
    socket = null;
    setTimeout(come, EVERY_MS);
  });
}
come();

setInterval(() => {
  if (socket?.readyState !== WebSocket.OPEN) return;
  for (let index = 0; index < AT_ONCE; index += 1)
    socket.send('{"subscribe":["fleet"],"unsubscribe":[]}');
  counted.messages += AT_ONCE;
}, EVERY_MS);

process.once('message', () => {
  process.send?.(counted);
  process.exit(0);
});
