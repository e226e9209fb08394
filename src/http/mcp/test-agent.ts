import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { TestHub } from '../testing/test-hub.ts';

/** What a tool answered. */
interface ToolAnswer {
  readonly isError: boolean;
  readonly text: string;
  readonly body: Readonly<Record<string, never>>;
}

/** An assistant's connection, by the SDK's own client. */
export interface TestAgent {
  readonly client: Client;
  use(tool: string, input?: Readonly<Record<string, unknown>>): Promise<ToolAnswer>;
  /** The names of the tools that it is offered. */
  tools(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function connectAgent(hub: Pick<TestHub, 'url'>, key: string): Promise<TestAgent> {
  const transport = new StreamableHTTPClientTransport(new URL(`${hub.url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
  });
  return agentOver(transport as Transport);
}

export async function agentOver(transport: Transport): Promise<TestAgent> {
  const client = new Client({ name: 'a test', version: '1.0.0' });
  await client.connect(transport);
  return {
    client,
    async use(name, input = {}) {
      const { content, isError = false } = await client.callTool({ name, arguments: input });
      const [first] = content as readonly { readonly text: string }[];
      const text = first?.text ?? '';
      return { isError: isError === true, text, body: JSON.parse(text) };
    },
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    close: () => client.close(),
  };
}
