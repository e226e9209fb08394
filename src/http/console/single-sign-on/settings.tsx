import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import {
  addressesOfProvider,
  CLIENT_SECRET_CHARS_MAX,
  findProvider,
  type IdentityProvider,
  PROVIDERS_FULL,
  type ProviderOutcome,
  removeProvider,
  reviseProvider,
  setUpProvider,
} from '../../../merchants/index.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import type { Route } from '../../kit/route.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import { Fault, Field, PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { Adding, DeskLayout, PageHead } from '../kit/layout.tsx';
import { Removal, Tag } from '../kit/pieces.tsx';
import { doneOf, languageFor, messagesFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';

const AT = '/console/identity-providers';
const SECURITY_AT = '/console/security';

/** Identity providers of a merchant. */
export function providerRoutes(deps: DeskDeps): readonly Route[] {
  const { members } = deps;
  /** The provider of the page's path. Throws a 404 if the merchant has no such provider. */
  async function providerOf({ param, tenant }: DeskCall): Promise<IdentityProvider> {
    const id = param('id');
    const found = isUuid(id) ? await findProvider(members, id) : null;
    if (found === null || found.merchantId !== tenant.merchantId) throw noSuchProvider();
    return found;
  }
  return [
    deskForm(deps, 'createDeskProvider', async (call) => {
      const { form, tenant } = call;
      const said = trimmedTexts(form, ['name', 'issuer']);
      const [name, issuer] = said;
      const made = await setUpProvider(deps.providers, tenant.merchantId, { name, issuer });
      if (made.kind !== 'done') {
        return { invalid: NewProviderPage({ deps, call, said, fault: faultOf(call, made) }) };
      }
      const { provider } = made;
      await call.note(`${provider.name}, ${provider.issuer}`);
      return { seeOther: `${AT}/${provider.id}?done=added` };
    }),
    deskPage(deps, 'readDeskProvider', async (call) =>
      ProviderPage({ deps, call, provider: await providerOf(call), fault: null }),
    ),
    deskForm(deps, 'changeDeskProvider', async (call) => {
      const { form, tenant, note } = call;
      const provider = await providerOf(call);
      const { id } = provider;
      if (form.get('do') === 'remove') {
        if (!(await removeProvider(members, tenant.merchantId, id))) throw noSuchProvider();
        await note(`removed ${provider.name}`);
        return { seeOther: `${SECURITY_AT}?done=removed` };
      }
      const [name, clientId] = trimmedTexts(form, ['name', 'client_id']);
      const secret = form.get('client_secret') ?? '';
      const isPublic = form.get('public') === 'yes';
      const clientSecret = secret === '' ? (isPublic ? null : undefined) : secret;
      const vouches = form.get('vouches') === 'yes';
      const wanted = { name, clientId, clientSecret, vouches };
      const changed = await reviseProvider(deps.providers, tenant.merchantId, id, wanted);
      if (changed.kind !== 'done') {
        return { invalid: ProviderPage({ deps, call, provider, fault: faultOf(call, changed) }) };
      }
      await note(`changed ${name}`);
      return { seeOther: `${AT}/${id}?done=saved` };
    }),
  ];
}

function noSuchProvider(): Problem {
  return new Problem('not_found', 'members.companySignInGone');
}

function trimmedTexts(form: URLSearchParams, names: readonly [string, string]): [string, string] {
  return [(form.get(names[0]) ?? '').trim(), (form.get(names[1]) ?? '').trim()];
}

/** The form's error in the page's language. Throws `Problem` for errors that it cannot correct. */
function faultOf(
  { request }: DeskFormCall,
  outcome: Exclude<ProviderOutcome, { readonly kind: 'done' }>,
): string {
  const language = languageFor(request);
  const inWords = (text: ErrorText) => errorText(text, language, 'person');
  if (outcome.kind === 'unfit') return `${inWords(outcome.reason)} ${inWords(outcome.fix)}`;
  if (outcome.kind === 'full') return inWords(PROVIDERS_FULL);
  if (outcome.kind === 'gone') throw noSuchProvider();
  const { retryAfterS } = outcome;
  throw new Problem('rate_limited', 'members.tooManyIssuerChecks', { retryAfterS });
}

interface FormProps {
  readonly said?: readonly [name: string, issuer: string];
  readonly fault?: string | null;
}

/** Asks for the issuer; after that, the hub's page lists what to register at the provider. */
export function NewProviderForm({ said = ['', ''], fault = null }: FormProps) {
  const words = useMessages().desk.security;
  return (
    <Adding
      {...{ label: words.newHeading, to: AT, back: SECURITY_AT, submit: words.goOn }}
      isOpen={fault !== null}
    >
      {fault && <Fault>{fault}</Fault>}
      <Field name="name" label={words.nameForMembers} autocomplete="off" value={said[0]} />
      <Field
        {...{ name: 'issuer', label: words.issuer, autocomplete: 'off', value: said[1] }}
        fault={fault !== null}
        hint={words.issuerHint}
      />
    </Adding>
  );
}

interface NewProps {
  readonly deps: DeskDeps;
  readonly call: DeskFormCall;
  readonly said: readonly [string, string];
  readonly fault: string;
}

function NewProviderPage({ deps, call, said, fault }: NewProps) {
  const { visitor } = call;
  const words = messagesFor(call).desk.security;
  return (
    <DeskLayout {...{ deps, visitor }} title={words.title} at={SECURITY_AT}>
      <PageHead title={words.newHeading} above={[[SECURITY_AT, words.title]]} />
      <NewProviderForm {...{ said, fault }} />
    </DeskLayout>
  );
}

interface Props {
  readonly deps: DeskDeps;
  readonly call: DeskCall | DeskFormCall;
  readonly provider: IdentityProvider;
  readonly fault: string | null;
}

function ProviderPage({ deps, call, provider, fault }: Props) {
  const { visitor } = call;
  const { id, name, issuer, clientId } = provider;
  const { redirectUri, signInUrl } = addressesOfProvider(deps.parts.publicUrl(), id);
  const words = messagesFor(call).desk.security;
  const notice = doneOf(call, words.done);
  const fieldValue = (of: string, now: string) =>
    'form' in call ? (call.form.get(of) ?? now) : now;
  return (
    <DeskLayout {...{ deps, visitor, notice }} title={words.title} at={SECURITY_AT}>
      <PageHead
        title={name}
        above={[[SECURITY_AT, words.title]]}
        marks={
          <Tag tone={clientId === null ? 'warn' : 'good'}>
            {clientId === null ? words.notRegistered : words.on}
          </Tag>
        }
        lead={words.issuerIs({ issuer })}
      />
      <section class="card text" aria-labelledby="register">
        <h2 id="register">{words.forProvider}</h2>
        <p>{words.register}</p>
        <p class="wrap">
          <code>{redirectUri}</code>
        </p>
        {clientId !== null && (
          <p class="wrap">
            {words.straightAt} <code>{signInUrl}</code>
          </p>
        )}
      </section>
      <PostForm to={`${AT}/${id}`} class="stack narrow card">
        {fault && <Fault>{fault}</Fault>}
        <Field
          {...{ name: 'name', label: words.nameForMembers, autocomplete: 'off' }}
          value={fieldValue('name', name)}
        />
        <Field
          {...{ name: 'client_id', label: words.clientId, autocomplete: 'off' }}
          value={fieldValue('client_id', clientId ?? '')}
        />
        <label for="client_secret">
          {provider.hasSecret ? words.unchangedSecret : words.clientSecret}
        </label>
        <input
          {...{ id: 'client_secret', name: 'client_secret', type: 'password' }}
          {...{ maxLength: CLIENT_SECRET_CHARS_MAX, autocomplete: 'off' }}
        />
        {provider.hasSecret && (
          <label class="check">
            <input type="checkbox" name="public" value="yes" /> {words.forget}
          </label>
        )}
        <label class="check">
          <input type="checkbox" name="vouches" value="yes" checked={provider.vouches} />{' '}
          {words.vouches}
        </label>
        <div class="row">
          <button type="submit" class="primary">
            {words.save}
          </button>
        </div>
      </PostForm>
      <Removal
        {...{ to: `${AT}/${id}`, label: words.remove, sure: words.removeSurely }}
        fields={{ do: 'remove' }}
      />
    </DeskLayout>
  );
}
