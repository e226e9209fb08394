import {
  type AcceptedMessage,
  type BenchServer,
  type ChannelBench,
  type FakeAnswer,
  type FakeCall,
  NOWHERE,
  startFake,
} from '../test-bench.ts';

export const bench: ChannelBench = {
  kind: 'ticket',
  to: '',
  malformed: [],
  refusedTo: null,
  start,
};

const TOKEN = 'a-test-zendesk-token';
const EMAIL = 'agent@shop.example';

interface Ticket {
  readonly id: number;
  readonly external_id: string;
  readonly subject: string;
  status: string;
  tags: string[];
  readonly comments: string[];
}

export interface ZendeskBench extends BenchServer {
  readonly tickets: readonly Ticket[];
  /** From now on, no ticket can be solved unless certain fields are filled in. */
  wantFields(): void;
}

/** A fake Zendesk: tickets with comments and external ids, and idempotency keys. */
export async function start(): Promise<ZendeskBench> {
  const tickets: Ticket[] = [];
  let strict = false;
  const keys = new Map<string, { readonly content: string; readonly id: number }>();
  function answer(call: FakeCall): FakeAnswer {
    const basic = `Basic ${Buffer.from(`${EMAIL}/token:${TOKEN}`).toString('base64')}`;
    if (call.headers['authorization'] !== basic) {
      return { status: 401, body: { error: "Couldn't authenticate you" } };
    }
    if (call.path === '/api/v2/users/me.json') {
      return { status: 200, body: { user: { id: 1, email: EMAIL } } };
    }
    const id = Number(/^\/api\/v2\/tickets\/(\d+)/.exec(call.path)?.[1]);
    const ticket = tickets.find((one) => one.id === id);
    if (call.path === '/api/v2/tickets.json') {
      return call.method === 'GET' ? found(call) : created(call);
    }
    if (ticket === undefined) return { status: 404, body: { error: 'RecordNotFound' } };
    if (call.path.endsWith('/comments.json')) {
      return { status: 200, body: { comments: ticket.comments.map((body) => ({ body })) } };
    }
    const { ticket: sent } = JSON.parse(call.body.toString('utf8'));
    if (strict && sent.status === 'solved') {
      return { status: 422, body: { error: 'RecordInvalid' } };
    }
    ticket.comments.push(sent.comment.body);
    ticket.tags = sent.tags;
    ticket.status = sent.status ?? ticket.status;
    return { status: 200, body: { ticket: shown(ticket) } };
  }
  function found(call: FakeCall): FakeAnswer {
    const of = tickets.filter((one) => one.external_id === call.query.get('external_id'));
    return { status: 200, body: { tickets: of.map(shown), count: of.length } };
  }
  function created(call: FakeCall): FakeAnswer {
    const content = call.body.toString('utf8');
    const key = call.headers['idempotency-key'] ?? '';
    const known = keys.get(key);
    if (known !== undefined && known.content !== content) {
      const description = 'A request with the same Idempotency-Key and other parameters was made';
      return { status: 400, body: { error: 'IdempotentRequestError', description } };
    }
    const { ticket: sent } = JSON.parse(content);
    if (known === undefined) {
      const { subject, external_id, tags, comment } = sent;
      const id = 35_000 + tickets.length;
      tickets.push({ id, subject, external_id, tags, status: 'new', comments: [comment.body] });
      keys.set(key, { content, id });
    }
    const ticket = tickets.find((one) => one.id === keys.get(key)?.id);
    const lookup = known === undefined ? 'miss' : 'hit';
    return {
      status: 201,
      headers: { 'x-idempotency-lookup': lookup },
      body: { ticket: ticket === undefined ? null : shown(ticket) },
    };
  }
  const fake = await startFake(({ method }) => method !== 'GET', answer, {
    error: 'InternalError',
  });
  const config = { subdomain: 'acme', email: EMAIL, api_token: TOKEN };
  return {
    tickets,
    wantFields() {
      strict = true;
    },
    config,
    wrongConfig: { ...config, api_token: 'another-test-token' },
    apiUrl: fake.url,
    nowhere: { config, apiUrl: NOWHERE },
    fault: (fault) => fake.fault(fault),
    accepted: () => tickets.flatMap(messagesOf),
    close: () => fake.close(),
  };
}

function shown({ id, external_id, subject, status, tags }: Ticket) {
  return { id, external_id, subject, status, tags };
}

function messagesOf({ subject, comments }: Ticket): AcceptedMessage[] {
  return comments.map((comment) => {
    const [text = '', key = ''] = comment.split('\n\nWaybill notification ');
    return { to: '', text, subject, key, headers: null };
  });
}
