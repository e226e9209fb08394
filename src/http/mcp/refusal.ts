import { STATUS_OF } from '../../kernel/errors.ts';
import { errorText } from '../../platform/messages/error-text.ts';
import { problemBody } from '../kit/problem.ts';
import type { RefusalStyle } from '../kit/refusal-style.ts';

export const MCP = '/mcp';
export const OAUTH = '/oauth';
/** RFC 9728, for the resource `/mcp`. */
export const RESOURCE_METADATA = '/.well-known/oauth-protected-resource';

/** JSON-RPC's range for errors of a server. */
const SERVER_ERROR = -32_000;

/** Errors of `/mcp` outside a call, and of OAuth's endpoints, as their clients read them. */
export function mcpStyles(publicUrl: () => string): readonly RefusalStyle[] {
  return [
    {
      below: MCP,
      render(problem, requestId) {
        const { detail, fix } = problemBody(problem, requestId);
        const message = `${detail} ${fix}`;
        const challenge = `Bearer resource_metadata="${publicUrl()}${RESOURCE_METADATA}${MCP}"`;
        return {
          status: STATUS_OF[problem.code],
          body: { jsonrpc: '2.0', error: { code: SERVER_ERROR, message }, id: null },
          ...(problem.code === 'unauthenticated' && { headers: { 'www-authenticate': challenge } }),
        };
      },
    },
    {
      below: OAUTH,
      render: (problem) => ({
        status: STATUS_OF[problem.code],
        body: {
          error: STATUS_OF[problem.code] >= 500 ? 'temporarily_unavailable' : 'invalid_request',
          error_description: errorText(problem.detail),
        },
      }),
    },
  ];
}
