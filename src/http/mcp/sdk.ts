/** A JSON-RPC request with its method. */
export interface McpRequest {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/**
 * What the hub uses of the SDK. The SDK's own types are not imported: they load a second module of
 * zod, which changes the types of all our schemas.
 */
interface McpSdk {
  readonly Server: new (
    info: { readonly name: string; readonly version: string },
    options: { readonly capabilities: object; readonly instructions: string },
  ) => {
    /** Answers what the SDK does not answer itself; errors may have a `code` of JSON-RPC. */
    fallbackRequestHandler: (request: McpRequest) => Promise<object>;
    connect(transport: object): Promise<void>;
  };
  readonly Transport: new (options: {
    readonly enableJsonResponse: boolean;
  }) => {
    handleRequest(request: Request, read: { readonly parsedBody: unknown }): Promise<Response>;
  };
}

const SDK: string = '@modelcontextprotocol/sdk/server';

/** Loaded by the first request: most hubs have no assistant, and start without the library. */
export async function loadSdk(): Promise<McpSdk> {
  const { Server } = await import(`${SDK}/index.js`);
  const { WebStandardStreamableHTTPServerTransport } = await import(
    `${SDK}/webStandardStreamableHttp.js`
  );
  return { Server, Transport: WebStandardStreamableHTTPServerTransport };
}
