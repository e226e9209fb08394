import { z } from 'zod';
import { Problem } from '../../kernel/errors.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { problemBody, toProblem } from '../kit/problem.ts';
import { parseBody } from '../kit/validation.ts';
import { guideResources, guideText } from './guides.ts';
import { loadSdk } from './sdk.ts';
import { SUPPORT, supportQuestion } from './support-prompt.ts';
import { boundedText, NOTICE } from './tools/quoted.ts';
import {
  type Json,
  mayUse,
  objectOf,
  type Tool,
  type ToolCall,
  textOf,
  writes,
} from './tools/tool.ts';
import { TOOLS } from './tools/tools.ts';

const INSTRUCTIONS = `Waybill is a hub between parcel carriers and a merchant. Parcels are found by order id or tracking number (find_parcels), then read by id. Times are in UTC unless they are called local. ${NOTICE} Tools that write are used only when the user asks for the change.`;

/** One request, after authentication. */
export interface McpCall extends Omit<ToolCall, 'note'> {
  /** What `note` is for the tool of this name. */
  readonly noteOf: (tool: string) => ToolCall['note'];
  readonly requestId: string;
  readonly log: Logger;
  readonly version: string;
}

/** Codes of JSON-RPC. */
const METHOD_NOT_FOUND = -32_601;
const INVALID_PARAMS = -32_602;

/**
 * Answers one JSON-RPC message of MCP's Streamable HTTP. Stateless: there are no sessions, so any
 * process answers any request, and nothing is left to end.
 *
 * @param protocol the header MCP-Protocol-Version
 */
export async function answerMcp(
  call: McpCall,
  message: unknown,
  protocol: string | undefined,
): Promise<Response> {
  const { Server, Transport } = await loadSdk();
  const capabilities = { tools: {}, resources: {}, prompts: {} };
  const options = { capabilities, instructions: INSTRUCTIONS };
  const server = new Server({ name: 'waybill', version: call.version }, options);
  server.fallbackRequestHandler = async ({ method, params = {} }) => {
    const answer = METHODS.get(method);
    if (answer === undefined) throw rpcError(METHOD_NOT_FOUND, 'There is no such method.');
    return answer(call, params);
  };
  const transport = new Transport({ enableJsonResponse: true });
  await server.connect(transport);
  const headers = {
    // Answers are always JSON, so clients that accept only that may call, too.
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    ...(protocol === undefined ? {} : { 'mcp-protocol-version': protocol }),
  };
  const request = new Request('http://hub.internal/mcp', { method: 'POST', headers });
  return transport.handleRequest(request, { parsedBody: message });
}

/** What the SDK does not answer itself. */
const METHODS = new Map(
  Object.entries<(call: McpCall, params: Json) => object>({
    'tools/list': ({ key }) => ({
      tools: TOOLS.filter((tool) => mayUse(key, tool)).map(toolJson),
    }),
    'tools/call': useTool,
    'resources/list': () => ({ resources: guideResources() }),
    'resources/read': (_call, { uri }) => {
      const text = guideText(textOf(uri));
      if (text === null) throw rpcError(INVALID_PARAMS, 'There is no such resource.');
      return { contents: [{ uri, mimeType: 'text/markdown', text }] };
    },
    'prompts/list': () => ({ prompts: [SUPPORT] }),
    'prompts/get': (_call, { name, arguments: given }) => {
      if (name !== SUPPORT.name) throw rpcError(INVALID_PARAMS, 'There is no such prompt.');
      const text = supportQuestion(objectOf(given) ?? {});
      return {
        description: SUPPORT.description,
        messages: [{ role: 'user', content: { type: 'text', text } }],
      };
    },
  }),
);

function rpcError(code: number, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function toolJson(tool: Tool) {
  const { name, title, description, input } = tool;
  const { $schema: _, ...inputSchema } = z.toJSONSchema(input, { io: 'input' });
  const annotations = {
    title,
    readOnlyHint: !writes(tool),
    destructiveHint: tool.overwrites === true,
    idempotentHint: !writes(tool),
    openWorldHint: false,
  };
  return { name, title, description, inputSchema, annotations };
}

/** Refusals are results, so that the assistant reads why and what to do. */
async function useTool(call: McpCall, { name, arguments: input = {} }: Json): Promise<object> {
  const tool = TOOLS.find((each) => each.name === name);
  if (tool === undefined) throw rpcError(INVALID_PARAMS, 'There is no such tool.');
  const result = (outcome: string, answer: Json) => {
    const { merchantId: merchant_id, mode, id: key_id } = call.key;
    call.log.info({ tool: tool.name, outcome, merchant_id, mode, key_id }, 'a tool was called');
    return { content: [{ type: 'text', text: boundedText(answer) }], isError: outcome !== 'done' };
  };
  try {
    if (!mayUse(call.key, tool)) {
      const detail = { 'agents.toolNeedsScope': { tool: tool.name, scope: tool.scope } };
      throw new Problem('forbidden', detail, { fix: 'agents.nameScope' });
    }
    const noting = { ...call, note: call.noteOf(tool.name) };
    return result('done', await tool.run(noting, parseBody(tool.input, input)));
  } catch (error) {
    const problem = toProblem(error, call.log);
    const { detail, fix, errors } = problemBody(problem, call.requestId);
    return result(problem.code, { error: problem.code, detail, fix, errors });
  }
}
