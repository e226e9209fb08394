import { Readable } from 'node:stream';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';
import type { GuardedConnect } from '../exchange.ts';

/**
 * A mail server with its connections. They stay open while there is mail, so that not every mail
 * needs a TLS handshake and a login.
 */
export interface MailServer {
  deliver(mail: OutgoingMail): Promise<MailAnswer>;
  /** Connects and signs in without sending a mail. */
  testLogin(): Promise<MailAnswer>;
  close(): void;
}

interface OutgoingMail {
  readonly envelope: { readonly from: string; readonly to: string };
  readonly bytes: Buffer;
}

export type MailAnswer =
  | { readonly kind: 'accepted' }
  | {
      readonly kind: 'refused';
      readonly during: 'login' | 'recipient' | 'message';
      readonly status: number;
      /** The enhanced status code of RFC 3463, such as `5.1.1`; empty if the server gives none. */
      readonly enhanced: string;
    }
  | {
      readonly kind: 'broken';
      readonly code: string;
      /** The server requested the content, so it may have the mail. */
      readonly hasBegun: boolean;
    };

export interface MailServerOptions {
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls' | 'none';
  readonly login: { readonly user: string; readonly pass: string } | null;
  readonly connect: GuardedConnect;
  /** The time for one mail, including the wait for a connection, until the server's last answer. */
  readonly timeoutMs: number;
  /** Certificates to trust instead of the system's. */
  readonly ca?: string | undefined;
}

const CONNECT_MS_MAX = 10_000;
const CONNECTIONS_MAX = 5;
/** The maximum number of mails per connection: servers close connections that carry too many. */
const MESSAGES_PER_CONNECTION_MAX = 100;
/**
 * How long an unused connection stays open: well below the five minutes that servers wait for a
 * command (RFC 5321).
 */
const IDLE_MS = 20_000;

const TOO_LATE: MailAnswer = { kind: 'broken', code: 'ETIMEDOUT', hasBegun: false };

interface PooledConnection {
  readonly connection: SMTPConnection;
  messages: number;
  /** The connection failed while idle, so it cannot be reused. */
  isBroken: boolean;
  idleTimer: NodeJS.Timeout | null;
}

export function openMailServer(options: MailServerOptions): MailServer {
  const idle: PooledConnection[] = [];
  const waiting: (() => void)[] = [];
  let busy = 0;
  let isClosed = false;

  /**
   * Runs `work` when there is a free connection, with the time that is left; answers `TOO_LATE` if
   * none becomes free in time.
   */
  async function withConnectionSlot(
    work: (leftMs: () => number) => Promise<MailAnswer>,
  ): Promise<MailAnswer> {
    const untilMs = performance.now() + options.timeoutMs;
    const leftMs = (): number => Math.max(1, untilMs - performance.now());
    if (busy >= CONNECTIONS_MAX && !(await waitForSlot(leftMs()))) return TOO_LATE;
    busy += 1;
    try {
      return await work(leftMs);
    } finally {
      busy -= 1;
      waiting.shift()?.();
    }
  }

  function waitForSlot(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(go), 1);
        resolve(false);
      }, withinMs);
      waiting.push(go);
    });
  }

  function takeIdle(): PooledConnection | null {
    for (let pooled = idle.pop(); pooled !== undefined; pooled = idle.pop()) {
      if (pooled.idleTimer !== null) clearTimeout(pooled.idleTimer);
      if (!pooled.isBroken) return pooled;
    }
    return null;
  }

  function returnToPool(pooled: PooledConnection): void {
    if (isClosed || pooled.isBroken || pooled.messages >= MESSAGES_PER_CONNECTION_MAX) {
      pooled.connection.quit();
      return;
    }
    pooled.idleTimer = setTimeout(() => {
      idle.splice(idle.indexOf(pooled), 1);
      pooled.connection.quit();
    }, IDLE_MS);
    pooled.idleTimer.unref();
    idle.push(pooled);
  }

  async function deliverOver(
    pooled: PooledConnection,
    mail: OutgoingMail,
    withinMs: number,
  ): Promise<MailAnswer> {
    const answer = await sendOver(pooled, mail, withinMs);
    if (answer.kind === 'accepted') returnToPool(pooled);
    else pooled.connection.close();
    return answer;
  }

  return {
    deliver: (mail) =>
      withConnectionSlot(async (leftMs) => {
        const pooled = takeIdle();
        if (pooled !== null) {
          const answer = await deliverOver(pooled, mail, leftMs());
          // The server closed the connection while it was idle: nothing was sent, and a new
          // connection is tried at once.
          const isStale =
            answer.kind === 'broken' && !answer.hasBegun && answer.code !== 'ETIMEDOUT';
          if (!isStale) return answer;
        }
        const opened = await openConnection(options, leftMs());
        return 'connection' in opened ? deliverOver(opened, mail, leftMs()) : opened;
      }),
    testLogin: () =>
      withConnectionSlot(async (leftMs) => {
        const opened = await openConnection(options, leftMs());
        if (!('connection' in opened)) return opened;
        opened.connection.quit();
        return { kind: 'accepted' };
      }),
    close() {
      isClosed = true;
      for (let pooled = takeIdle(); pooled !== null; pooled = takeIdle()) pooled.connection.quit();
    },
  };
}

/** Connects, starts TLS if configured, and signs in. */
async function openConnection(
  options: MailServerOptions,
  withinMs: number,
): Promise<PooledConnection | MailAnswer> {
  const { host, port, security, login, timeoutMs } = options;
  try {
    const { default: Connection } = await import('nodemailer/lib/smtp-connection');
    const socket = await options.connect(host, port);
    const settings: SMTPConnectionOptions = {
      host,
      port,
      connection: socket,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      connectionTimeout: CONNECT_MS_MAX,
      greetingTimeout: CONNECT_MS_MAX,
      socketTimeout: timeoutMs,
      ...(options.ca === undefined ? {} : { tls: { ca: options.ca } }),
    };
    const connection = new Connection(settings);
    const pooled: PooledConnection = { connection, messages: 0, isBroken: false, idleTimer: null };
    connection.on('error', () => {
      pooled.isBroken = true;
    });
    connection.on('end', () => {
      pooled.isBroken = true;
    });
    const problem = await operationResult(connection, withinMs, (done) =>
      connection.connect((error) => {
        if (error || login === null) done(error);
        else connection.login({ ...login, credentials: login }, done);
      }),
    );
    if (problem === null) return pooled;
    connection.close();
    return toAnswer(problem, false);
  } catch (error) {
    return { kind: 'broken', code: codeOf(error), hasBegun: false };
  }
}

async function sendOver(
  pooled: PooledConnection,
  mail: OutgoingMail,
  withinMs: number,
): Promise<MailAnswer> {
  pooled.messages += 1;
  // The content is read only after the server answered 354; from then on the server may have the
  // mail.
  let hasBegun = false;
  const content = Readable.from(
    (function* () {
      hasBegun = true;
      yield mail.bytes;
    })(),
  );
  const { from, to } = mail.envelope;
  const problem = await operationResult(pooled.connection, withinMs, (done) =>
    pooled.connection.send({ from, to: [to] }, content, (error) => done(error)),
  );
  return problem === null ? { kind: 'accepted' } : toAnswer(problem, hasBegun);
}

type Done = (error?: Error | null) => void;

/**
 * Waits for an operation; null on success. Errors arrive by the callback or, for the connection
 * itself, as an event.
 */
function operationResult(
  connection: SMTPConnection,
  timeoutMs: number,
  work: (done: Done) => void,
): Promise<Error | null> {
  return new Promise((resolve) => {
    const end = (error: Error | null): void => {
      clearTimeout(timer);
      connection.off('error', onError);
      connection.off('end', onEnd);
      resolve(error);
    };
    const onError = (error: Error): void => end(error);
    const onEnd = (): void => end(new Error('the connection ended'));
    const timer = setTimeout(
      () => end(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })),
      timeoutMs,
    );
    connection.once('error', onError);
    connection.once('end', onEnd);
    work((error) => end(error ?? null));
  });
}

function toAnswer(error: Error, hasBegun: boolean): MailAnswer {
  const response = 'response' in error && typeof error.response === 'string' ? error.response : '';
  const status =
    'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : null;
  if (status === null) return { kind: 'broken', code: codeOf(error), hasBegun };
  // The server never received the mail, because nothing is sent without encryption.
  if (codeOf(error) === 'ETLS') return { kind: 'broken', code: NO_ENCRYPTION, hasBegun };
  const command = 'command' in error ? String(error.command) : '';
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] ?? '';
  if (codeOf(error) === 'EAUTH') return { kind: 'refused', during: 'login', status, enhanced };
  const during = command === 'RCPT TO' ? 'recipient' : 'message';
  return { kind: 'refused', during, status, enhanced };
}

/** The code that stands for a server without the required STARTTLS. */
export const NO_ENCRYPTION = 'no STARTTLS';

/** The code of an error, without its message, which may quote addresses and the server's text. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unreadable';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name === 'Error' ? 'ECONNECTION' : error.name;
}

/**
 * The ports of mail servers, the usual one first. A merchant's "mail server" on another port is
 * none.
 */
export const MAIL_PORTS: readonly number[] = [587, 465, 25, 2525, 2587, 2465];
