import { z } from 'zod';
import { issueText } from '../../../../kernel/wire/explain-issues.ts';
import type { Channel, Message, Rendered, SendOutcome } from '../../contract.ts';
import {
  accepted,
  jsonOf,
  outcomeOfFailure,
  outcomeOfStatus,
  refused,
  type UntrustedOutcome,
} from '../exchange.ts';
import { type ChannelDeps, type ChannelVerdict, channelPlugin } from '../plugin.ts';

const HEADER_CHARS_MAX = 2_000;

const configSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(2_048),
  /** The token, sent as a bearer token, or alone in the header that `token_header` names. */
  token: z
    .string()
    .max(HEADER_CHARS_MAX)
    .regex(/^[!-~]+$/, issueText('notifications.expectedPrintable'))
    .optional(),
  token_header: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, issueText('notifications.expectedHeaderName'))
    .optional(),
  /** Whether closing a case also closes its ticket. */
  close_when_resolved: z.boolean().default(false),
});
type Config = z.output<typeof configSchema>;

/**
 * Any helpdesk that accepts a ticket as JSON, or a small script in front of one. `Idempotency-Key`
 * is the notification's id, and `external_id` is the case: all messages about a case belong in one
 * ticket.
 */
export const plugin = channelPlugin({
  provider: 'helpdesk',
  kinds: ['ticket'],
  configSchema,
  secrets: ['token'],
  leadsAway: (before, after) =>
    new URL(before.url).href === new URL(after.url).href ? null : 'url',
  open: (config, _kind, deps): Channel => ({
    provider: 'helpdesk',
    kind: 'ticket',
    repeat: 'idempotent',
    async send(message) {
      const { rendered } = message;
      if (rendered.kind !== 'ticket') return refused('not a ticket');
      const body = JSON.stringify(toTicketJson(config, message, rendered));
      const answer = await post(config, deps, headersOf(config, message), body);
      return outcomeOf(answer, message, deps);
    },
  }),
  verify,
});

function toTicketJson(
  config: Config,
  message: Message,
  rendered: Extract<Rendered, { kind: 'ticket' }>,
): unknown {
  const { kind, happened, contact } = rendered.update;
  return {
    id: message.notificationId,
    external_id: rendered.externalId,
    subject: rendered.subject,
    text: rendered.text,
    tags: rendered.tags,
    milestone: message.milestone,
    shipment_id: message.shipmentId,
    contact,
    update: kind === 'other' ? null : { case: kind, happened },
    close: config.close_when_resolved && kind === 'resolved',
  };
}

function headersOf(config: Config, message: Message): Record<string, string> {
  const { token, token_header: header } = config;
  return {
    'content-type': 'application/json',
    'idempotency-key': message.notificationId,
    ...(token === undefined
      ? {}
      : header === undefined
        ? { authorization: `Bearer ${token}` }
        : { [header.toLowerCase()]: token }),
  };
}

/** Posts to the helpdesk. An operator's may be in the private network; a merchant's may not. */
async function post(
  { url }: Config,
  deps: ChannelDeps,
  headers: Record<string, string>,
  body: string,
): Promise<Awaited<ReturnType<ChannelDeps['http']['send']>> | UntrustedOutcome> {
  if (deps.trusted) return deps.http.send({ method: 'POST', url, headers, body });
  return deps.post.post({ url, headers, body, requireTls: true });
}

function outcomeOf(
  answer: Awaited<ReturnType<typeof post>>,
  message: Message,
  deps: ChannelDeps,
): SendOutcome {
  if (answer.kind !== 'answer') return outcomeOfFailure(answer);
  if (answer.status >= 200 && answer.status < 300) {
    const id = z
      .object({ id: z.union([z.string().min(1).max(200), z.number()]) })
      .safeParse(jsonOf(answer.text)).data?.id;
    return accepted(id === undefined ? message.notificationId : String(id));
  }
  const nowMs = deps.clock.nowMs();
  return outcomeOfStatus(answer.status, answer.headers, { repeat: 'idempotent', nowMs });
}

/**
 * Checks the URL. A test ticket would be no way to verify, but a URL that we never post to can be
 * reported at once.
 */
async function verify({ url }: Config, deps: ChannelDeps): Promise<ChannelVerdict> {
  const refusal = deps.trusted ? null : await deps.post.checkUrl(url, { requireTls: true });
  if (refusal !== null) return { state: 'refused', reason: 'notifications.urlNotAllowed' };
  return { state: 'unverified', reason: 'notifications.verifiedByFirstTicket' };
}
