import { READ_SCOPES, WRITE_SCOPES } from '../../../merchants/index.ts';
import { writeAnswer } from '../../kit/answer.ts';
import { type Operation, operation } from '../../kit/operation.ts';
import type { Route } from '../../kit/route.ts';
import { MCP, OAUTH, RESOURCE_METADATA } from '../refusal.ts';

const SERVER_METADATA = '/.well-known/oauth-authorization-server';
/** The page of the console at which a person allows a program something. */
const AUTHORIZE = '/console/authorize';

const SCOPES = [...READ_SCOPES, ...WRITE_SCOPES];

const described = (id: string, path: string, summary: string) =>
  operation({
    id,
    path,
    summary,
    method: 'GET',
    tag: 'Agents',
    answers: { 200: { description: 'The metadata.' } },
  });

const resourceAtRoot = described(
  'getOAuthResource',
  RESOURCE_METADATA,
  'Where programs get access to /mcp (RFC 9728)',
);
const resourceOfMcp = described(
  'getMcpOAuthResource',
  `${RESOURCE_METADATA}${MCP}`,
  'The same, at the address that RFC 9728 gives the resource /mcp',
);
const server = described('getOAuthServer', SERVER_METADATA, 'How programs get access (RFC 8414)');

export const discoveryOperations: readonly Operation[] = [resourceAtRoot, resourceOfMcp, server];

/** The address that tokens are for. */
export function resourceOf(publicUrl: string): string {
  return `${publicUrl}${MCP}`;
}

/** What programs read before they ask for access. */
export function discoveryRoutes(publicUrl: () => string): readonly Route[] {
  const resource = () => ({
    resource: resourceOf(publicUrl()),
    authorization_servers: [publicUrl()],
    // Programs ask for all of these; the person who allows it ticks those that write, or not.
    scopes_supported: SCOPES,
    bearer_methods_supported: ['header'],
    resource_name: 'Waybill',
    resource_documentation: `${publicUrl()}/docs/guides/agents`,
  });
  const authorizationServer = () => ({
    issuer: publicUrl(),
    authorization_endpoint: `${publicUrl()}${AUTHORIZE}`,
    token_endpoint: `${publicUrl()}${OAUTH}/token`,
    registration_endpoint: `${publicUrl()}${OAUTH}/register`,
    revocation_endpoint: `${publicUrl()}${OAUTH}/revoke`,
    scopes_supported: SCOPES,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    authorization_response_iss_parameter_supported: true,
  });
  return [
    metadataRoute(resourceAtRoot.path, resource),
    metadataRoute(resourceOfMcp.path, resource),
    metadataRoute(server.path, authorizationServer),
  ];
}

function metadataRoute(path: string, body: () => unknown): Route {
  return {
    method: 'GET',
    path,
    hot: false,
    isPage: true,
    handler: async (_request, response) => writeAnswer(response, { status: 200, body: body() }),
  };
}
