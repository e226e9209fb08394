import type { Command } from 'commander';

/** Adds the verb that assistants on this machine start. */
export function addMcpVerb(program: Command): void {
  program
    .command('mcp')
    .description('serve the Model Context Protocol on standard input and output, for assistants')
    .option('--url <url>', "the hub's URL; default: WAYBILL_PUBLIC_URL, otherwise HOST and PORT")
    .option('--key <key>', 'an API key; default: WAYBILL_API_KEY')
    .action(async (given: { readonly url?: string; readonly key?: string }) => {
      const { runMcp } = await import('./mcp.ts');
      const { WAYBILL_PUBLIC_URL, WAYBILL_API_KEY, HOST, PORT } = process.env;
      const hub =
        given.url ?? WAYBILL_PUBLIC_URL ?? `http://${HOST || '127.0.0.1'}:${PORT || 8080}`;
      process.exitCode = await runMcp({
        hub: hub.replace(/\/+$/, ''),
        key: given.key ?? WAYBILL_API_KEY ?? '',
        input: process.stdin,
        output: process.stdout,
        writeError: (line) => void process.stderr.write(`${line}\n`),
      });
    });
}
