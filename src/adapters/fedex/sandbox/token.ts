import {
  formOf,
  jsonAnswer,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
} from '../../sandbox-kit/index.ts';
import { errorAnswer } from './errors.ts';

/** FedEx Authorization API: an hour, and no refresh token. */
const TOKEN_LIFE_S = 3_600;
const GRANTS = ['client_credentials', 'csp_credentials', 'client_pc_credentials'];

/**
 * `POST /oauth/token`: the credentials are in the form. Above its threshold the endpoint answers
 * 403 to every client at that address for ten minutes, and each further call restarts them: that
 * 403 is throttling and says nothing of the credentials (guide to quotas and rate limits).
 */
export function answerToken(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  if (request.method !== 'POST') return errorAnswer('notFound', request, world);
  if (!world.spend('token', 'address').ok) return errorAnswer('forbidden', request, world);
  const form = formOf(request);
  const [id, secret] = [form.get('client_id') ?? '', form.get('client_secret') ?? ''];
  const isForm = (request.headers['content-type'] ?? '').startsWith(
    'application/x-www-form-urlencoded',
  );
  if (!isForm || !GRANTS.includes(form.get('grant_type') ?? '')) {
    return errorAnswer('malformed', request, world);
  }
  const state = world.credentials(id, secret);
  if (id === '' || secret === '' || state === 'wrong') {
    return errorAnswer('badClient', request, world);
  }
  return jsonAnswer(200, {
    access_token: world.tokens.issue(id, TOKEN_LIFE_S, state === 'no_scope' ? '' : 'CXS'),
    token_type: 'bearer',
    expires_in: TOKEN_LIFE_S,
    scope: 'CXS',
  });
}
