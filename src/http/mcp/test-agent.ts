import type { TestHub } from '../testing/test-hub.ts';
import { loadTestSdk, type TestClient, type TestTransport } from './test-sdk.ts';

/** What a tool answered. */
interface ToolAnswer {
  readonly isError: boolean;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An assistant's connection, by the SDK's own client. */
export interface TestAgent {
  readonly client: TestClient;
  use(tool: string, input?: Readonly<Record<string, unknown>>): Promise<ToolAnswer>;
  /** The names of the tools that it is offered. */
  tools(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function connectAgent(hub: Pick<TestHub, 'url'>, key: string): Promise<TestAgent> {
  const { Transport } = await loadTestSdk();
  const transport = new Transport(new URL(`${hub.url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
  });
  return agentOver(transport);
}

export async function agentOver(transport: TestTransport): Promise<TestAgent> {
  const { Client } = await loadTestSdk();
  const client = new Client({ name: 'a test', version: '1.0.0' });
  await client.connect(transport);
  return {
    client,
    async use(name, input = {}) {
      const { content, isError = false } = await client.callTool({ name, arguments: input });
      const text = content[0]?.text ?? '';
      return { isError, text, body: JSON.parse(text) };
    },
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    close: () => client.close(),
  };
}
