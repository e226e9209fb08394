import pino, { type DestinationStream, type Logger } from 'pino';
import { withoutSecrets } from '../../kernel/wire/secret-texts.ts';

export type { Logger };

/** Keys whose values are never logged, at the top of a record and one or two levels below. */
const SECRET_KEYS = [
  'authorization',
  'cookie',
  'set-cookie',
  'credential',
  'x-api-key',
  'fdx-signature',
  'x-hmac',
  'password',
  'secret',
  'token',
  'api_key',
  'apiKey',
  'master_key',
];

const SECRET_PATHS = SECRET_KEYS.flatMap((key) => [`["${key}"]`, `*["${key}"]`, `*.*["${key}"]`]);

const REDACTED = '[redacted]';

export interface LogOptions {
  readonly level: string;
  /** Where lines are written; absent: stderr, because stdout carries the ready line alone. */
  readonly destination?: DestinationStream;
}

/**
 * Creates the process's logger: one JSON object per line. Children carry what a line is about:
 * `log.child({ request_id })`.
 */
export function createLog({ level, destination }: LogOptions): Logger {
  const sink = destination ?? stderr();
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_PATHS, censor: REDACTED },
      serializers: { err: pino.stdSerializers.err },
    },
    { write: (line: string) => sink.write(withoutSecrets(line)) },
  );
}

function stderr(): DestinationStream {
  const sink = pino.destination({ dest: 2, sync: true });
  // The reader of our log has ended; the hub continues without it.
  sink.on('error', () => {});
  return sink;
}
