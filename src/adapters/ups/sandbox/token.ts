import {
  basicOf,
  formOf,
  jsonAnswer,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
} from '../../sandbox-kit/index.ts';
import { errorAnswer } from './errors.ts';

/** Four hours but for a second. */
const TOKEN_LIFE_S = 14_399;

/**
 * `POST /security/v1/oauth/token`, outside of `/api`: the credentials by HTTP Basic, the grant in
 * a form. Every member of the answer is a text, `expires_in` too.
 */
export function answerToken(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  if (request.method !== 'POST') return errorAnswer('method');
  const basic = basicOf(request);
  if (basic === null || basic.user === '') return errorAnswer('badCredentials');
  if (!world.spend('token', basic.user).ok) return errorAnswer('quota');
  const isForm = (request.headers['content-type'] ?? '').startsWith(
    'application/x-www-form-urlencoded',
  );
  if (!isForm || formOf(request).get('grant_type') !== 'client_credentials') {
    return errorAnswer('contentType');
  }
  const state = world.credentials(basic.user, basic.password);
  if (state === 'wrong') return errorAnswer('badCredentials');
  return jsonAnswer(200, {
    token_type: 'Bearer',
    issued_at: String(world.nowMs),
    client_id: basic.user,
    access_token: world.tokens.issue(basic.user, TOKEN_LIFE_S, state === 'no_scope' ? '' : 'all'),
    scope: '',
    expires_in: String(TOKEN_LIFE_S),
    refresh_count: '0',
    status: 'approved',
  });
}
