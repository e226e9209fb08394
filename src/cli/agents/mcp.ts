import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

interface McpBridge {
  /** Where the hub answers, without a trailing slash. */
  readonly hub: string;
  readonly key: string;
  readonly input: Readable;
  readonly output: Writable;
  readonly writeError: (line: string) => void;
}

const FAILED = 1;
const UNUSABLE = 2;
/** A tool answers within a second; a hub under load refuses at once. */
const ANSWER_MS_MAX = 60_000;
/** JSON-RPC's range for errors of a server. */
const SERVER_ERROR = -32_000;

/**
 * MCP over standard input and output: each line is a message, which is sent to the hub's `/mcp`. The
 * hub decides and answers everything, so the two ways never differ.
 *
 * @returns the exit code, when the input ends
 */
export async function runMcp(bridge: McpBridge): Promise<number> {
  const { hub, key, input, writeError } = bridge;
  if (key === '' || !URL.canParse(hub)) {
    writeError('waybill mcp: give the URL of the hub with --url and an API key with --key');
    return UNUSABLE;
  }
  const waiting = new Set<Promise<void>>();
  let isLost = false;
  for await (const line of createInterface({ input })) {
    if (line.trim() === '') continue;
    const sent = pass(bridge, line).catch((error: unknown) => {
      isLost = true;
      const why = error instanceof Error ? error.message : String(error);
      writeError(`waybill mcp: ${hub} did not answer (${why}); is the hub running there?`);
      writeMessage(bridge, refusalOf(line, `The hub at ${hub} did not answer.`));
    });
    waiting.add(sent);
    void sent.finally(() => waiting.delete(sent));
  }
  await Promise.all(waiting);
  return isLost ? FAILED : 0;
}

async function pass(bridge: McpBridge, line: string): Promise<void> {
  const answer = await fetch(`${bridge.hub}/mcp`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bridge.key}`, 'content-type': 'application/json' },
    body: line,
    signal: AbortSignal.timeout(ANSWER_MS_MAX),
    redirect: 'error',
  });
  const text = await answer.text();
  // Notifications get no answer.
  if (text === '') return;
  const body: unknown = JSON.parse(text);
  // What the hub refuses before it reads the message names no request.
  writeMessage(bridge, answer.ok ? body : { ...Object(body), id: idOf(line) });
}

function writeMessage({ output }: McpBridge, message: unknown): void {
  output.write(`${JSON.stringify(message)}\n`);
}

function refusalOf(line: string, message: string) {
  return { jsonrpc: '2.0', error: { code: SERVER_ERROR, message }, id: idOf(line) };
}

function idOf(line: string): unknown {
  try {
    return Object(JSON.parse(line)).id ?? null;
  } catch {
    return null;
  }
}
