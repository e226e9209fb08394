import { Problem } from '../../kernel/errors.ts';
import { noteAction } from '../../merchants/index.ts';
import { productVersion } from '../api/system/description.ts';
import type { HttpContext } from '../context.ts';
import { writeAnswer } from '../kit/answer.ts';
import { Aborted, readJsonBody } from '../kit/bodies/json-body.ts';
import { type CallOperation, callsInProcess } from '../kit/in-process.ts';
import type { MerchantApi } from '../kit/merchant-route.ts';
import { type Operation, operation } from '../kit/operation.ts';
import type { Route } from '../kit/route.ts';
import { assertOwnHost } from './allowed-host.ts';
import { createAgentGate } from './gate.ts';
import { discoveryOperations, discoveryRoutes } from './oauth/discovery.ts';
import { oauthOperations, oauthRoutes } from './oauth/endpoints.ts';
import { MCP } from './refusal.ts';

const mcpOperation = operation({
  id: 'callMcp',
  method: 'POST',
  path: MCP,
  tag: 'Agents',
  summary: 'The Model Context Protocol, for assistants',
  answers: {
    200: { description: 'A JSON-RPC answer.' },
    202: { description: 'A notification was taken.' },
  },
});

/** What `/openapi.json` leaves out, and docs/agents.md describes. */
export const mcpOperations: readonly Operation[] = [
  mcpOperation,
  ...discoveryOperations,
  ...oauthOperations,
];

/**
 * The hub for assistants, by MCP.
 *
 * @param apiRoutes the routes whose operations the tools call
 */
export function mcpRoutes(
  api: MerchantApi,
  deps: HttpContext,
  apiRoutes: (api: MerchantApi) => readonly Route[],
): readonly Route[] {
  let calls: CallOperation | undefined;
  const call: CallOperation = (...given) => {
    // By the first call: most hubs have no assistant.
    calls ??= callsInProcess(api, apiRoutes);
    return calls(...given);
  };
  return [mcpRoute(api, deps, call), ...discoveryRoutes(deps.publicUrl), ...oauthRoutes(deps)];
}

function mcpRoute(api: MerchantApi, deps: HttpContext, calls: CallOperation): Route {
  const gate = createAgentGate(api, deps);
  const version = productVersion();
  // Loaded by the first request: most hubs have no assistant, and start without its library.
  const server = () => import('./mcp-server.ts');
  return {
    method: 'POST',
    path: MCP,
    hot: false,
    isPage: true,
    async handler(request, response, { clientIp, requestId, log }) {
      try {
        assertOwnHost(request, deps.publicUrl());
        const key = await gate.admit(request, response, clientIp);
        const { value } = await readJsonBody(request);
        // Batches ended with the protocol's version of 2025-06-18.
        if (Array.isArray(value)) throw new Problem('bad_request', 'agents.oneMessage');
        const { answerMcp } = await server();
        const call = {
          ...{ key, requestId, log, publicUrl: deps.publicUrl(), version },
          noteOf: (action: string) => (subject: string | null) => {
            const done = { action, subject, program: key.program ?? null };
            return noteAction(deps.members, key, key.actor, done);
          },
          run: async (id: string, input: Parameters<CallOperation>[2]) =>
            ((await calls(key, id, input, requestId)) ?? {}) as Readonly<Record<string, unknown>>,
        };
        const protocol = request.headers['mcp-protocol-version'];
        const answer = await answerMcp(
          call,
          value,
          Array.isArray(protocol) ? protocol[0] : protocol,
        );
        const bytes = new Uint8Array(await answer.arrayBuffer());
        const type = answer.headers.get('content-type');
        writeAnswer(response, {
          status: answer.status,
          ...(bytes.length === 0 ? {} : { bytes }),
          headers: type === null ? {} : { 'content-type': type },
        });
      } catch (error) {
        if (!(error instanceof Aborted)) throw error;
        response.destroy();
      }
    },
  };
}
