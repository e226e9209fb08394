import { z } from 'zod';
import { instant } from '../../../kernel/time/time-kinds.ts';
import { text } from '../../../kernel/wire/explain-issues.ts';
import {
  CLIENT_ID_CHARS_MAX,
  CLIENT_SECRET_CHARS_MAX,
  PROVIDER_NAME_CHARS_MAX,
} from '../../../merchants/index.ts';
import { URL_CHARS_MAX } from '../../../platform/net/egress.ts';
import { listPage } from '../../kit/paged.ts';

const name = text(PROVIDER_NAME_CHARS_MAX).meta({
  description: 'As your colleagues know it.',
  example: 'Company account',
});
const clientId = text(CLIENT_ID_CHARS_MAX).describe(
  'As what the provider knows the hub. Without it, nobody can sign in yet.',
);
const clientSecret = text(CLIENT_SECRET_CHARS_MAX)
  .nullable()
  .describe('Stored encrypted and never shown. Null: the provider asks for none.');
const trustsSecondStep = z
  .boolean()
  .describe(
    'Whoever has done a second step with the provider (it says `mfa` in `amr`) need not do one here.',
  );

export const newIdentityProvider = z
  .strictObject({
    name,
    issuer: text(URL_CHARS_MAX).meta({
      description:
        'Asked for its configuration, and refused if it does not answer as one. https, on the public internet or at an address that the operator allows.',
      example: 'https://login.example.com',
    }),
    client_id: clientId.optional(),
    client_secret: clientSecret.optional(),
    trusts_second_step: trustsSecondStep.optional(),
  })
  .meta({ id: 'NewIdentityProvider' });

export const patchIdentityProvider = z
  .strictObject({
    name: name.optional(),
    client_id: clientId.optional(),
    client_secret: clientSecret.optional(),
    trusts_second_step: trustsSecondStep.optional(),
  })
  .meta({ id: 'IdentityProviderPatch' });

export const identityProvider = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    issuer: z.string().describe('As its configuration says it. It stays.'),
    client_id: z.string().nullable(),
    has_client_secret: z.boolean(),
    trusts_second_step: z.boolean(),
    redirect_uri: z.string().describe('Register the hub with the provider under this address.'),
    sign_in_url: z.string().describe('Leads straight to the provider.'),
    updated_at: instant,
  })
  .meta({ id: 'IdentityProvider' });

export const identityProviderList = listPage(identityProvider).meta({ id: 'IdentityProviderList' });
