import { z } from 'zod';
import type { ErrorText } from '../../../../kernel/errors.ts';
import { issueText } from '../../../../kernel/wire/explain-issues.ts';
import { errorText } from '../../../../platform/messages/error-text.ts';
import type { Channel, SendOutcome } from '../../contract.ts';
import { accepted, badAddress, refused, retry, unknown } from '../exchange.ts';
import { composeMail, isMailAddress, senderMembers, senderOf } from '../mail.ts';
import { type ChannelDeps, type ChannelVerdict, channelPlugin } from '../plugin.ts';
import {
  MAIL_PORTS,
  type MailAnswer,
  type MailServer,
  NO_ENCRYPTION,
  openMailServer,
} from './mail-server.ts';

const PORT_MAX = 65_535;
const TLS_PORTS = [465, 2465];

const configSchema = z.strictObject({
  host: z.string().regex(/^[\w.:-]{1,253}$/, issueText('notifications.expectedHostName')),
  port: z.int().min(1).max(PORT_MAX).default(587),
  /**
   * `tls` encrypts from the first byte (port 465), `starttls` requires STARTTLS, `none` is for a
   * private network.
   */
  security: z.enum(['tls', 'starttls', 'none']).optional(),
  username: z.string().min(1).max(320).optional(),
  password: z.string().min(1).max(1_000).optional(),
  ...senderMembers,
});
type Config = z.output<typeof configSchema>;

/**
 * Sends by a mail server that accepts our mail: the merchant's, the company's, or a provider's
 * relay.
 */
export const plugin = channelPlugin({
  provider: 'smtp',
  kinds: ['email'],
  configSchema,
  secrets: ['password'],
  leadsAway(before, after) {
    if (before.host.toLowerCase() !== after.host.toLowerCase()) return 'host';
    return after.security === 'none' && before.security !== 'none' ? 'security' : null;
  },
  open,
  verify,
});

function open(config: Config, _kind: unknown, deps: ChannelDeps): Channel {
  const server = openServer(config, deps);
  return {
    provider: 'smtp',
    kind: 'email',
    repeat: 'recognizable',
    takes: isMailAddress,
    async send(message) {
      const { rendered } = message;
      if (rendered.kind !== 'email') return refused('not an email');
      if (!isMailAddress(message.to)) return badAddress('not an email address');
      const problem = problemOf(config, deps);
      if (problem !== null) return retry(errorText(problem));
      const mail = await composeMail(message, rendered, senderOf(config), deps.clock.nowMs());
      return outcomeOf(await server.deliver(mail), mail.messageId);
    },
    close: async () => server.close(),
  };
}

/**
 * The outcome of a server's answer. RFC 5321: 4yz is temporary, 5yz permanent. RFC 3463: x.1.z is
 * about the address.
 */
function outcomeOf(answer: MailAnswer, messageId: string): SendOutcome {
  if (answer.kind === 'accepted') return accepted(messageId);
  const reason = errorText(reasonOf(answer));
  if (answer.kind === 'broken') return answer.hasBegun ? unknown(reason) : retry(reason);
  const { status, enhanced, during } = answer;
  if (during === 'login') return retry(`${reason}: it refuses our credentials`);
  if (status < 500) return retry(reason);
  // 530 to 538 are about us, not about the message (RFC 4954).
  if (status >= 530 && status <= 538) return retry(reason);
  if (during === 'recipient' && isAboutAddress(status, enhanced)) return badAddress(reason);
  return refused(reason);
}

/** Without the server's own text, which quotes addresses. */
function reasonOf(answer: Exclude<MailAnswer, { kind: 'accepted' }>): ErrorText {
  if (answer.kind === 'broken') return explainBroken(answer.code);
  const status = `${answer.status} ${answer.enhanced}`.trimEnd();
  return { 'notifications.mailServerAnswers': { status } };
}

/** Returns a readable reason for a broken connection, with the code. Pure. */
function explainBroken(code: string): ErrorText {
  if (code === NO_ENCRYPTION) return 'notifications.mailServerUnencrypted';
  return { 'notifications.mailServerUnusable': { how: BROKEN[code] ?? 'unknown', code } };
}

/** How a connection failed, as the text about it distinguishes. */
const BROKEN: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'not_reached',
  ETIMEDOUT: 'silent',
  ENOTFOUND: 'not_found',
  EAI_AGAIN: 'not_found',
  EDNS: 'not_found',
  ESOCKET: 'broken',
  ECONNECTION: 'broken',
  ECONNRESET: 'broken',
};

/**
 * Whether an answer is about the address. A policy (5.7.z) or a full mailbox (5.2.2) does not show
 * that the address is wrong.
 */
function isAboutAddress(status: number, enhanced: string): boolean {
  if (enhanced !== '') return /^5\.1\.(?:[1-36]|10)$/.test(enhanced) || enhanced === '5.2.1';
  return status === 550 || status === 551 || status === 553;
}

async function verify(config: Config, deps: ChannelDeps): Promise<ChannelVerdict> {
  const problem = problemOf(config, deps);
  if (problem !== null) return { state: 'refused', reason: problem };
  const server = openServer(config, deps);
  const answer = await server.testLogin();
  server.close();
  if (answer.kind === 'accepted') return { state: 'verified' };
  if (answer.kind === 'broken' && answer.code === 'RefusedPeer') {
    return { state: 'refused', reason: 'notifications.hostNotPublic' };
  }
  const isRefusal = answer.kind === 'refused' && answer.during === 'login' && answer.status >= 500;
  return { state: isRefusal ? 'refused' : 'unverified', reason: reasonOf(answer) };
}

/**
 * Returns why a merchant's port is not allowed; null if it is. The schema does not know whose
 * configuration it reads.
 */
function problemOf({ port }: Config, { trusted }: ChannelDeps): ErrorText | null {
  if (trusted || MAIL_PORTS.includes(port)) return null;
  return { 'notifications.mailServerPorts': { ports: MAIL_PORTS.join(', ') } };
}

function openServer(
  { host, port, security, username, password }: Config,
  deps: ChannelDeps,
): MailServer {
  return openMailServer({
    host,
    port,
    security: security ?? (TLS_PORTS.includes(port) ? 'tls' : 'starttls'),
    login: username === undefined ? null : { user: username, pass: password ?? '' },
    connect: deps.connect,
    // Servers that check the content need longer before they answer.
    timeoutMs: 2 * deps.timeoutMs,
    ca: deps.ca,
  });
}
