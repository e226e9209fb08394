import type {
  CarrierAccess,
  CarrierCall,
  Credentials,
  HttpAnswer,
  VerifyOutcome,
} from 'waybill/adapter';
import { parse } from './parse.ts';

/** The user name and the password are part of each request, so there are no headers. */
export const access: CarrierAccess = {
  credentials: [
    { name: 'username', label: 'API user name', secret: false, required: true },
    { name: 'password', label: 'API password', secret: true, required: true },
    { name: 'client_id', label: 'Client ID', secret: false, required: false },
  ],
  origins: { production: 'https://api.landmarkglobal.com', test: null },
  headers: () => ({}),
  // The number of the document's example. Any answer but a login error proves that the login is right.
  verify: { request: (credentials) => trackCall('LTN123121', credentials), read: readVerdict },
};

/** The call for all events of a number. Only `Historical` answers contain codes. */
export function trackCall(number: string, credentials: Credentials): CarrierCall {
  const { username = '', password = '', client_id: clientId = '' } = credentials;
  const login = element('Username', escaped(username)) + element('Password', escaped(password));
  const xml =
    element('Login', login) +
    (clientId === '' ? '' : element('ClientID', escaped(clientId))) +
    element('TrackingNumber', number) +
    element('RetrievalType', 'Historical');
  const form = { RQXML: `<?xml version="1.0" encoding="UTF-8"?>${element('TrackRequest', xml)}` };
  return { method: 'POST', path: '/v2/Track.php', body: { form } };
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function readVerdict({ status, text }: HttpAnswer): VerifyOutcome {
  const read = parse({ text, httpStatus: status, kind: 'track' });
  switch (read.outcome) {
    case 'reports':
    case 'not_found':
    case 'not_yet':
      return { outcome: 'accepted' };
    case 'unreadable':
      return { outcome: 'error', reason: read.reason };
    default: {
      const { outcome, reason, retryAfterS } = read;
      return { outcome, reason, ...(retryAfterS === undefined ? {} : { retryAfterS }) };
    }
  }
}
