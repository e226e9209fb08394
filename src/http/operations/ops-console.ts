import { operation } from '../operation.ts';

/** Pages of the console that no operation of the API shares its path with. */
const page = { description: 'A page.', mediaType: 'text/html' } as const;
const form = { 303: { description: 'To the page that follows.' }, 403: page } as const;
const common = { tag: 'Console' } as const;

export const consoleOperations = [
  operation({
    ...common,
    id: 'readSignIn',
    method: 'GET',
    path: '/ops/sign-in',
    summary: 'The way in',
    answers: { 200: page },
  }),
  operation({
    ...common,
    id: 'signIn',
    method: 'POST',
    path: '/ops/sign-in',
    summary: 'Sign in with a key',
    description: 'A form; the session’s cookie is for the console alone.',
    answers: form,
    errors: ['unsupported_media_type', 'too_large', 'rate_limited'],
  }),
  operation({
    ...common,
    id: 'signOut',
    method: 'POST',
    path: '/ops/sign-out',
    summary: 'End the session',
    answers: form,
    errors: ['unsupported_media_type', 'too_large'],
  }),
  operation({
    ...common,
    id: 'readCarriers',
    method: 'GET',
    path: '/ops/carriers',
    summary: 'Scorecards of the carriers',
    answers: { 200: page, 303: { description: 'To sign in.' } },
  }),
  operation({
    ...common,
    id: 'readMapping',
    method: 'GET',
    path: '/ops/mappings/:carrier',
    summary: 'One carrier’s mapping',
    params: { carrier: 'Id of the carrier.' },
    answers: { 200: page, 303: { description: 'To sign in.' } },
    errors: ['not_found'],
  }),
  operation({
    ...common,
    id: 'writeOverlay',
    method: 'POST',
    path: '/ops/mappings/:carrier/overlay',
    summary: 'Check or store the overlay of the page',
    params: { carrier: 'Id of the carrier.' },
    answers: { 200: page, ...form },
    errors: ['unsupported_media_type', 'too_large', 'not_found', 'invalid', 'conflict'],
  }),
  operation({
    ...common,
    id: 'getConsoleAsset',
    method: 'GET',
    path: '/ops/assets/:file',
    summary: 'Style and icon of the console',
    params: { file: 'Name with the hash of its content.' },
    answers: { 200: { description: 'The file; it never changes.', mediaType: 'text/css' } },
    errors: ['not_found'],
  }),
];
