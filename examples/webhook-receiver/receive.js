// A merchant's receiver in one file: verifies what comes, takes nothing twice, and notices when
// something is missing. What it keeps in memory belongs in your database.
//
//   WEBHOOK_SECRET=whsec_… node receive.js [port]
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks'; // npm install standardwebhooks

const webhook = new Webhook(process.env['WEBHOOK_SECRET'] ?? '');
const say = (line) => process.stdout.write(`${line}\n`);
const seen = new Set();
const lastSequence = new Map();

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  // The bytes as they came: JSON that was read and written again has another signature.
  const body = Buffer.concat(chunks).toString('utf8');
  let event;
  try {
    event = webhook.verify(body, request.headers);
  } catch {
    say('refused: the signature is not ours');
    return response.writeHead(401).end();
  }
  if (!seen.has(event.id)) {
    seen.add(event.id);
    handle(event);
  }
  // Anything but 2xx, and it is sent again. So answer once it is stored, and work afterwards.
  response.writeHead(204).end();
});

function handle({ type, sequence, previous_sequence: previous, data }) {
  const last = lastSequence.get(data.id) ?? null;
  if (previous !== last && last !== null) {
    say(`missing: ${data.id} has gone from ${last} to ${sequence}; read it anew`);
  }
  lastSequence.set(data.id, sequence);
  say(`${type} #${sequence} ${data.tracking_number ?? ''} ${data.status ?? ''}`);
}

server.listen(Number(process.argv[2] ?? 3917), '127.0.0.1', () => {
  say(`listening on http://127.0.0.1:${server.address().port}`);
});
