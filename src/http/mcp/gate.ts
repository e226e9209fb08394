import type { IncomingMessage, ServerResponse } from 'node:http';
import { ACCESS_PREFIX, agentOf } from '../../merchants/index.ts';
import type { HttpContext } from '../context.ts';
import { BEARER, createGateOf } from '../kit/auth.ts';
import type { MerchantApi } from '../kit/merchant-route.ts';
import { resourceOf } from './oauth/discovery.ts';
import type { AgentKey } from './tools/tool.ts';

interface AgentGate {
  /** Throws `Problem`. */
  admit(request: IncomingMessage, response: ServerResponse, clientIp: string): Promise<AgentKey>;
}

/**
 * Accepts API keys, with the rate limit that they have everywhere, and access tokens of programs
 * with one of their own.
 */
export function createAgentGate(
  { gate }: MerchantApi,
  { members, clock, publicUrl }: Pick<HttpContext, 'members' | 'clock' | 'publicUrl'>,
): AgentGate {
  const tokens = createGateOf((text) => agentOf(members, text, resourceOf(publicUrl())), clock);
  return {
    async admit(request, response, clientIp) {
      const text = BEARER.exec(request.headers.authorization ?? '')?.[1];
      if (text?.startsWith(ACCESS_PREFIX)) return tokens.admit(request, response, clientIp);
      // Whoever has a key reads the same with /v1.
      const key = await gate.admit(request, response, clientIp);
      return { ...key, seesPeople: true, actor: { kind: 'api_key', id: key.id } };
    },
  };
}
