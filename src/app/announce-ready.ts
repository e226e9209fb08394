import type { LogFormat, LogSink } from '../platform/observability/log.ts';

/** What the ready line says. */
export interface Ready {
  /** The URL at which the hub answers, with the port it really got. */
  readonly url: string;
  /**
   * The first merchant's key if it was given or has just been created; null if it exists already.
   */
  readonly apiKey: string | null;
}

export interface ReadyStreams {
  readonly stdout: { write(line: string): unknown };
  readonly stderr: Pick<LogSink, 'isTTY' | 'write'>;
}

/** Says that the hub is ready: a line for programs on stdout, a banner for a person at a terminal. */
export function announceReady(
  { url, apiKey }: Ready,
  format: LogFormat | null,
  { stdout, stderr }: ReadyStreams,
): void {
  stdout.write(`${JSON.stringify({ event: 'ready', url, api_key: apiKey })}\n`);
  // The key is for the person who reads it, not for the file of a redirected log.
  if (stderr.isTTY && format !== 'json') stderr.write(banner(url, apiKey));
}

function banner(url: string, apiKey: string | null): string {
  const rows = [
    ['Open', url],
    ['Docs', `${url}/docs`],
    ...(apiKey === null ? [] : [['Key', `${apiKey}   (keep it: the hub stores only its hash)`]]),
    ['Stop', 'Ctrl-C'],
  ];
  const lines = rows.map(([name = '', text]) => `    ${name.padEnd(6)}${text}`);
  return `\n  Waybill is ready.\n\n${lines.join('\n')}\n\n`;
}
