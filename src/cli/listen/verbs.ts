import type { Command } from 'commander';

interface Given {
  readonly forward: string;
  readonly url?: string;
  readonly key?: string;
  readonly events?: string;
  readonly fromStart?: true;
  readonly secret?: string;
}

/** Adds the verb for a merchant's developers. */
export function addListenVerb(program: Command): void {
  program
    .command('listen')
    .description('post events to a program on this machine, signed like webhooks')
    .requiredOption('--forward <url>', 'the target, such as http://127.0.0.1:3000/hooks/waybill')
    .option('--url <url>', "the hub's URL; default: WAYBILL_PUBLIC_URL, otherwise HOST and PORT")
    .option('--key <key>', 'an API key with webhooks:read; default: WAYBILL_BOOTSTRAP_KEY')
    .option('--events <types>', 'only these: types or families, separated by commas')
    .option('--from-start', 'start with the oldest stored event, not with the next one')
    .option('--secret <whsec>', 'the signing secret; default: a new one, which is printed')
    .action(async (given: Given) => {
      const { listen } = await import('./listen.ts');
      const { createHttpClient } = await import('../../platform/net/http-client.ts');
      const { systemClock, systemRandom } = await import('../../platform/clock.ts');
      const { WAYBILL_PUBLIC_URL, WAYBILL_BOOTSTRAP_KEY, HOST, PORT } = process.env;
      const stop = new AbortController();
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
      const hub =
        given.url ?? WAYBILL_PUBLIC_URL ?? `http://${HOST || '127.0.0.1'}:${PORT || 8080}`;
      const http = createHttpClient();
      process.exitCode = await listen(
        {
          hub: hub.replace(/\/+$/, ''),
          key: given.key ?? WAYBILL_BOOTSTRAP_KEY ?? '',
          forward: given.forward,
          events: given.events ?? null,
          fromStart: given.fromStart === true,
          secret: given.secret ?? null,
        },
        {
          http,
          now: () => systemClock.nowMs(),
          random: systemRandom,
          wait: (ms) => waitOrStop(ms, stop.signal),
          stop: stop.signal,
          print: (line) => void process.stdout.write(`${line}\n`),
          writeError: (line) => void process.stderr.write(`${line}\n`),
        },
      );
      http.close();
    });
}

function waitOrStop(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      stop.removeEventListener('abort', end);
      resolve();
    }, ms);
    if (stop.aborted) end();
    else stop.addEventListener('abort', end, { once: true });
  });
}
