import { z } from 'zod';
import { issueText } from '../../../../kernel/wire/explain-issues.ts';
import type { Channel, Message, Rendered, SendOutcome } from '../../contract.ts';
import {
  accepted,
  badAddress,
  jsonOf,
  outcomeOfFailure,
  outcomeOfStatus,
  refused,
  retry,
  unknown,
} from '../exchange.ts';
import { type ChannelDeps, type ChannelVerdict, channelPlugin } from '../plugin.ts';
import { createAccessTokens, serviceAccountOf } from './access-token.ts';

const ORIGIN = 'https://fcm.googleapis.com';
/** Limits of the texts: a message may have 4,096 bytes, including names and the address. */
const TITLE_CHARS_MAX = 150;
const BODY_CHARS_MAX = 600;
const SERVICE_ACCOUNT_CHARS_MAX = 8_000;

const configSchema = z.strictObject({
  /** The key file of a service account, as JSON. */
  service_account: z
    .string()
    .max(SERVICE_ACCOUNT_CHARS_MAX)
    .refine(
      (text) => serviceAccountOf(text) !== null,
      issueText('notifications.expectedServiceAccount'),
    ),
});

/**
 * Firebase Cloud Messaging, HTTP v1 (read 2026-11-20), to Android, to Apple's devices through APNs
 * and to browsers that registered with it. A repeat replaces the first message on the device,
 * because both have the notification's tag.
 */
export const plugin = channelPlugin({
  provider: 'fcm',
  kinds: ['push'],
  configSchema,
  secrets: ['service_account'],
  open,
  verify,
});

/** Whether the text is a registration token; a browser's subscription is JSON. */
function isToken(text: string): boolean {
  return /^[\w:.%-]{20,4096}$/.test(text);
}

function open(config: z.output<typeof configSchema>, _kind: unknown, deps: ChannelDeps): Channel {
  const account = serviceAccountOf(config.service_account);
  const tokens = account === null ? null : createAccessTokens(account, deps);
  return {
    provider: 'fcm',
    kind: 'push',
    repeat: 'recognizable',
    takes: isToken,
    async send(message) {
      const { rendered } = message;
      if (rendered.kind !== 'push') return refused('not a push');
      if (!isToken(message.to)) return badAddress('not a registration token');
      if (account === null || tokens === null) return retry('no usable service account');
      const token = await tokens.get();
      if (token.kind === 'none') return retry(token.reason, token.retryAfterS);
      const answer = await deps.http.send({
        method: 'POST',
        url: `${deps.apiUrl ?? ORIGIN}/v1/projects/${account.projectId}/messages:send`,
        headers: { authorization: `Bearer ${token.text}`, 'content-type': 'application/json' },
        body: JSON.stringify({ message: messageOf(message, rendered) }),
      });
      // A token that is refused before it expires was revoked: the next try gets another one.
      if (answer.kind === 'answer' && answer.status === 401) tokens.forget();
      return outcomeOf(answer, deps);
    },
  };
}

function messageOf(message: Message, rendered: Extract<Rendered, { kind: 'push' }>): unknown {
  const id = message.notificationId;
  const notification = {
    title: rendered.title.slice(0, TITLE_CHARS_MAX),
    body: rendered.body.slice(0, BODY_CHARS_MAX),
  };
  return {
    token: message.to,
    notification,
    data: { url: rendered.url, notification_id: id, milestone: message.milestone },
    android: { notification: { tag: id } },
    apns: { headers: { 'apns-collapse-id': id } },
    webpush: {
      notification: { tag: id },
      ...(rendered.url.startsWith('https://') ? { fcm_options: { link: rendered.url } } : {}),
    },
  };
}

const problemSchema = z.object({
  error: z.object({
    status: z.string().optional(),
    details: z
      .array(
        z.object({
          errorCode: z.string().optional(),
          fieldViolations: z.array(z.object({ field: z.string().optional() })).optional(),
        }),
      )
      .optional(),
  }),
});

function outcomeOf(
  answer: Awaited<ReturnType<ChannelDeps['http']['send']>>,
  deps: ChannelDeps,
): SendOutcome {
  if (answer.kind === 'failed') return outcomeOfFailure(answer);
  const json = jsonOf(answer.text);
  if (answer.status === 200) {
    const read = z.object({ name: z.string().min(1).max(500) }).safeParse(json);
    return read.success ? accepted(read.data.name) : unknown('an answer without a name');
  }
  const error = problemSchema.safeParse(json).data?.error;
  const details = error?.details ?? [];
  const code = details.find(({ errorCode }) => errorCode !== undefined)?.errorCode;
  const fields = details.flatMap(({ fieldViolations = [] }) => fieldViolations);
  const isAboutToken =
    code === 'UNREGISTERED' ||
    code === 'SENDER_ID_MISMATCH' ||
    // FCM uses the same code for a bad token and a bad message; for the latter it names the field.
    (code === 'INVALID_ARGUMENT' && fields.every(({ field }) => field === 'message.token'));
  if (isAboutToken) return badAddress(`the provider answers ${code}`);
  return outcomeOfStatus(answer.status, answer.headers, {
    repeat: 'recognizable',
    nowMs: deps.clock.nowMs(),
    code: code ?? error?.status,
  });
}

async function verify(
  config: z.output<typeof configSchema>,
  deps: ChannelDeps,
): Promise<ChannelVerdict> {
  const account = serviceAccountOf(config.service_account);
  if (account === null) return { state: 'refused', reason: 'notifications.notServiceAccountKey' };
  const token = await createAccessTokens(account, deps).get();
  if (token.kind === 'token') return { state: 'verified' };
  const reason = { 'values.verbatim': { text: token.reason } };
  return { state: token.isRefusal ? 'refused' : 'unverified', reason };
}
