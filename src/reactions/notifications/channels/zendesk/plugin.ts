import { z } from 'zod';
import { definedOnly } from '../../../../kernel/defined-only.ts';
import { issueText } from '../../../../kernel/wire/explain-issues.ts';
import type { Channel, Message, Rendered, SendOutcome } from '../../contract.ts';
import {
  accepted,
  jsonOf,
  outcomeOfFailure,
  outcomeOfStatus,
  refused,
  retry,
  unknown,
} from '../exchange.ts';
import { type ChannelDeps, type ChannelVerdict, channelPlugin } from '../plugin.ts';

const configSchema = z.strictObject({
  subdomain: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, issueText('notifications.expectedSubdomain')),
  /** Of the agent whose token it is. */
  email: z.string().regex(/^[^\s:/@]+@[^\s:/@]+$/, issueText('notifications.expectedAgentAddress')),
  api_token: z.string().regex(/^[!-~]{10,200}$/, issueText('notifications.expectedApiToken')),
  group_id: z.int().positive().optional(),
  priority: z.enum(['low', 'normal', 'high', 'urgent']).optional(),
  /** Whether the end of the case solves its ticket, and a new beginning reopens it. */
  solve_when_resolved: z.boolean().default(false),
});
type Config = z.output<typeof configSchema>;

/**
 * Zendesk Support (Tickets API, read 2026-11-20). The ticket's `external_id` is the case: if the
 * case has an open ticket, a message becomes a comment there. A ticket is created with the case's
 * `Idempotency-Key`, which Zendesk keeps for two hours. A comment contains the notification's id,
 * and is searched for before it is added. So nothing appears twice.
 */
export const plugin = channelPlugin({
  provider: 'zendesk',
  kinds: ['ticket'],
  configSchema,
  secrets: ['api_token'],
  leadsAway: (before, after) => (before.subdomain === after.subdomain ? null : 'subdomain'),
  open: (config, _kind, deps): Channel => ({
    provider: 'zendesk',
    kind: 'ticket',
    repeat: 'idempotent',
    async send(message) {
      const { rendered } = message;
      if (rendered.kind !== 'ticket') return refused('not a ticket');
      const api = createApi(config, deps);
      const found = await findOpenTicket(api, rendered.externalId);
      if ('outcome' in found) return found;
      if (found.ticket === null) {
        // Nobody works on the case any more: a ticket that only says so would be useless.
        if (rendered.update.kind === 'resolved') return accepted(idText(found.closedId));
        const key = `waybill-${rendered.externalId}-${found.closedId ?? 'first'}`;
        return createTicket(api, config, key, textWithReference(message, rendered), rendered);
      }
      return addComment(api, config, found.ticket, message, rendered);
    },
  }),
  verify,
});

type Ticket = Extract<Rendered, { kind: 'ticket' }>;
type Answer = Awaited<ReturnType<ChannelDeps['http']['send']>>;

interface Api {
  call(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown, key?: string): Promise<Answer>;
  readonly nowMs: () => number;
}

function createApi(config: Config, deps: ChannelDeps): Api {
  const origin = deps.apiUrl ?? `https://${config.subdomain}.zendesk.com`;
  const login = `${config.email}/token:${config.api_token}`;
  const authorization = `Basic ${Buffer.from(login, 'utf8').toString('base64')}`;
  return {
    nowMs: () => deps.clock.nowMs(),
    call: (method, path, body, key) =>
      deps.http.send({
        method,
        url: `${origin}/api/v2${path}`,
        headers: {
          authorization,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...definedOnly({ 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

const ticketSchema = z.object({
  id: z.number(),
  status: z.string().optional(),
  tags: z.array(z.string()).optional(),
});
type FoundTicket = z.output<typeof ticketSchema>;

/** The open ticket of a case. A closed ticket accepts no comments: another one follows it. */
async function findOpenTicket(
  api: Api,
  externalId: string,
): Promise<
  { readonly ticket: FoundTicket | null; readonly closedId: number | null } | SendOutcome
> {
  const answer = await api.call(
    'GET',
    `/tickets.json?external_id=${encodeURIComponent(externalId)}`,
  );
  const read = readAnswer(api, answer, z.object({ tickets: z.array(ticketSchema) }));
  if ('outcome' in read) return read.outcome === 'unknown' ? retry(read.reason) : read;
  const { tickets } = read.data;
  const closed = tickets.filter(({ status }) => status === 'closed').map(({ id }) => id);
  return {
    ticket: tickets.find(({ status }) => status !== 'closed') ?? null,
    closedId: closed.length === 0 ? null : Math.max(...closed),
  };
}

async function createTicket(
  api: Api,
  config: Config,
  key: string,
  text: string,
  ticket: Ticket,
): Promise<SendOutcome> {
  const content = {
    ticket: {
      subject: ticket.subject,
      comment: { body: text, public: false },
      external_id: ticket.externalId,
      tags: ticket.tags,
      ...definedOnly({ group_id: config.group_id, priority: config.priority }),
    },
  };
  const answer = await api.call('POST', '/tickets.json', content, key);
  if (answer.kind === 'answer' && answer.status === 400 && isKeyUsedForOther(answer.text)) {
    // Another message of the case is creating the ticket at this moment: the next try finds it.
    return retry('another message is creating the ticket');
  }
  const read = readAnswer(api, answer, z.object({ ticket: ticketSchema }));
  return 'outcome' in read ? read : accepted(String(read.data.ticket.id));
}

/** Adds a message to the case's ticket, unless a comment there already has its reference. */
async function addComment(
  api: Api,
  config: Config,
  { id, tags = [], status }: FoundTicket,
  message: Message,
  ticket: Ticket,
): Promise<SendOutcome> {
  const listed = await api.call('GET', `/tickets/${id}/comments.json?sort_order=desc&per_page=100`);
  const comments = z.object({ comments: z.array(z.object({ body: z.string().optional() })) });
  const read = readAnswer(api, listed, comments);
  if ('outcome' in read) return read.outcome === 'unknown' ? retry(read.reason) : read;
  const reference = referenceOf(message);
  if (read.data.comments.some(({ body = '' }) => body.includes(reference))) {
    return accepted(String(id));
  }
  const content = {
    comment: { body: textWithReference(message, ticket), public: false },
    tags: [...new Set([...tags, ...ticket.tags])],
  };
  const next = config.solve_when_resolved ? nextStatus(ticket, status) : null;
  const put = (more: object) =>
    api.call('PUT', `/tickets/${id}.json`, { ticket: { ...content, ...more } });
  let answer = await put(next === null ? {} : { status: next });
  // Some accounts require more fields before a ticket can be solved; then a person must do it.
  if (next !== null && answer.kind === 'answer' && answer.status === 422) answer = await put({});
  const done = readAnswer(api, answer, z.object({ ticket: ticketSchema }));
  return 'outcome' in done ? done : accepted(String(id));
}

/** The status to which the ticket changes; null: it stays as people have set it. */
function nextStatus({ update }: Ticket, status: string | undefined): 'solved' | 'open' | null {
  if (update.kind === 'resolved') return 'solved';
  return update.kind === 'opened' && status === 'solved' ? 'open' : null;
}

function idText(id: number | null): string | null {
  return id === null ? null : String(id);
}

function textWithReference(message: Message, { text }: Ticket): string {
  return `${text}\n\n${referenceOf(message)}`;
}

/** The text in a comment by which it is found again. */
function referenceOf({ notificationId }: Message): string {
  return `Waybill notification ${notificationId}`;
}

/** Whether Zendesk's answer says that the key was used before with another body. */
function isKeyUsedForOther(text: string): boolean {
  const read = z.object({ error: z.string() }).safeParse(jsonOf(text));
  return read.data?.error === 'IdempotentRequestError';
}

/** Returns the content of a successful answer, otherwise the outcome. */
function readAnswer<T>(
  api: Api,
  answer: Answer,
  schema: z.ZodType<T>,
): { readonly data: T } | SendOutcome {
  if (answer.kind === 'failed') return outcomeOfFailure(answer);
  if (answer.status >= 200 && answer.status < 300) {
    const read = schema.safeParse(jsonOf(answer.text));
    return read.success ? { data: read.data } : unknown('an answer that is not from Zendesk');
  }
  const nowMs = api.nowMs();
  return outcomeOfStatus(answer.status, answer.headers, { repeat: 'idempotent', nowMs });
}

async function verify(config: Config, deps: ChannelDeps): Promise<ChannelVerdict> {
  const answer = await createApi(config, deps).call('GET', '/users/me.json');
  if (answer.kind === 'failed')
    return {
      state: 'unverified',
      reason: { 'notifications.providerSilent': { why: answer.reason } },
    };
  const reason = { 'notifications.providerAnswers': { status: String(answer.status) } };
  if (answer.status === 401 || answer.status === 403) return { state: 'refused', reason };
  // Zendesk answers 404 for a subdomain without an account.
  if (answer.status === 404) {
    const status = String(answer.status);
    return { state: 'refused', reason: { 'notifications.noSuchSubdomain': { status } } };
  }
  if (answer.status !== 200) return { state: 'unverified', reason };
  const read = z
    .object({ user: z.object({ id: z.number().nullable() }) })
    .safeParse(jsonOf(answer.text));
  if (!read.success) return { state: 'unverified', reason: 'notifications.answerNotZendesk' };
  // For an unauthenticated request, the API returns an anonymous user.
  if (read.data.user.id === null) return { state: 'refused', reason: 'notifications.unknownAgent' };
  return { state: 'verified' };
}
