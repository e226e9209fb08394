/** What tests use of the SDK's client, declared for the same reason as in sdk.ts. */
interface TestSdk {
  readonly Client: new (info: { readonly name: string; readonly version: string }) => TestClient;
  readonly Transport: new (url: URL, options: object) => TestTransport;
  readonly UnauthorizedError: new () => Error;
}

/** The address to which a client sends its messages, and how. */
export interface TestTransport {
  finishAuth(code: string): Promise<void>;
}

export interface TestClient {
  connect(transport: TestTransport): Promise<void>;
  callTool(call: { readonly name: string; readonly arguments: object }): Promise<{
    readonly content: readonly { readonly text: string }[];
    readonly isError?: boolean;
  }>;
  listTools(): Promise<{
    readonly tools: readonly {
      readonly name: string;
      readonly annotations?: {
        readonly readOnlyHint?: boolean;
        readonly destructiveHint?: boolean;
      };
    }[];
  }>;
  listResources(): Promise<{ readonly resources: readonly { readonly uri: string }[] }>;
  readResource(of: { readonly uri: string }): Promise<{ readonly contents: readonly object[] }>;
  listPrompts(): Promise<{ readonly prompts: readonly { readonly name: string }[] }>;
  getPrompt(of: { readonly name: string; readonly arguments: object }): Promise<object>;
  close(): Promise<void>;
}

const SDK: string = '@modelcontextprotocol/sdk/client';

export async function loadTestSdk(): Promise<TestSdk> {
  const { Client } = await import(`${SDK}/index.js`);
  const { StreamableHTTPClientTransport } = await import(`${SDK}/streamableHttp.js`);
  const { UnauthorizedError } = await import(`${SDK}/auth.js`);
  return { Client, Transport: StreamableHTTPClientTransport, UnauthorizedError };
}
