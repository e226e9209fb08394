import type { ErrorText } from '../../../kernel/errors.ts';
import type { ListedGrant } from '../../../merchants/index.ts';
import { isOnOwnMachine } from '../../mcp/oauth/redirect-uris.ts';
import { PostForm, Sentence } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { Empty, Instant, Removal, Table } from '../kit/pieces.tsx';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { type Authorization, PARAMETERS } from './authorization.ts';
import { AUTHORIZE_AT } from './consent-request.ts';

export const PROGRAMS_AT = '/console/programs';

interface AllowProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly call: DeskCall;
  readonly asked: Authorization;
  /** As it was sent. */
  readonly sent: URLSearchParams;
}

/** A wrapper, because texts are available only during rendering. */
export const AllowPage = (props: AllowProps) => <Allow {...props} />;

function Allow({ deps, call, asked, sent }: AllowProps) {
  const words = useMessages().desk.consent;
  const { modes } = useMessages().desk.frame;
  const { visitor } = call;
  const { client, redirectUri, scopes } = asked;
  const { name } = client;
  const mode = modes[visitor.tenant.mode];
  const reads = [
    scopes.includes('shipments:read') && words.readsParcels,
    scopes.includes('shipments:read') && call.may('people:see') && words.readsPeople,
    scopes.includes('exceptions:read') && words.readsCases,
  ].filter((text) => text !== false);
  const writable = [
    ['shipments:write', words.writesParcels],
    ['exceptions:write', words.writesCases],
  ] as const;
  const writes = writable.filter(([scope]) => scopes.some((each) => each === scope));
  return (
    <DeskLayout {...{ deps, visitor }} title={words.title} at={AUTHORIZE_AT}>
      <div class="narrow card">
        <h1 class="wrap">{words.question({ name, merchant: visitor.merchant.name, mode })}</h1>
        <p class="wrap">{words.lead({ host: new URL(redirectUri).host })}</p>
        <PostForm to={AUTHORIZE_AT} class="stack" data-full>
          {PARAMETERS.map((parameter) =>
            sent.has(parameter) ? (
              <input type="hidden" name={parameter} value={sent.get(parameter) ?? ''} />
            ) : null,
          )}
          <h2>{words.reads}</h2>
          <ul class="bulleted">
            {reads.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
          {writes.length > 0 && (
            <fieldset class="stack">
              <legend>{words.writes}</legend>
              {writes.map(([scope, text]) => (
                <label key={scope} class="check">
                  <input type="checkbox" name="write" value={scope} /> {text}
                </label>
              ))}
            </fieldset>
          )}
          <p class="soft">{words.lasts}</p>
          <div class="row">
            <button type="submit" class="primary" name="decision" value="allow">
              {words.allow}
            </button>
            <button type="submit" name="decision" value="deny">
              {words.deny}
            </button>
          </div>
        </PostForm>
      </div>
    </DeskLayout>
  );
}

interface BackProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly call: DeskCall;
  readonly name: string;
  /** The program's address with the outcome. */
  readonly to: string;
}

/**
 * Leads back to the program. A page, because browsers apply `form-action 'self'` to redirects after
 * a form, too.
 */
export const BackPage = (props: BackProps) => <Back {...props} />;

function Back({ deps, call, name, to }: BackProps) {
  const words = useMessages().desk.consent;
  const title = words.going({ name });
  return (
    <DeskLayout {...{ deps, title }} visitor={call.visitor} at={AUTHORIZE_AT}>
      <meta http-equiv="refresh" content={`0; url=${to}`} />
      <div class="narrow card">
        <h1 class="wrap">{title}</h1>
        <p>{words.goingLead}</p>
        <a class="button primary" href={to} rel="noreferrer">
          {words.goOn}
        </a>
      </div>
    </DeskLayout>
  );
}

interface RefusedProps extends Omit<BackProps, 'name'> {
  readonly asked: Pick<Authorization, 'client' | 'redirectUri'>;
  readonly reason: ErrorText;
}

/**
 * Leads back to a program whose request is refused: at once to the own machine, else by a button.
 * Anybody can register an address, so a link to the hub could otherwise lead anywhere (RFC 9700
 * §4.11.2).
 */
export const RefusedPage = (props: RefusedProps) => <Refused {...props} />;

function Refused({ deps, call, asked: { client, redirectUri }, reason, to }: RefusedProps) {
  const words = useMessages().desk.consent;
  const title = words.refused({ name: client.name });
  return (
    <DeskLayout {...{ deps, title }} visitor={call.visitor} at={AUTHORIZE_AT}>
      {isOnOwnMachine(redirectUri) && <meta http-equiv="refresh" content={`0; url=${to}`} />}
      <div class="narrow card">
        <h1 class="wrap">{title}</h1>
        <p>
          <Sentence text={reason} />
        </p>
        <p class="wrap">{words.refusedLead({ host: new URL(redirectUri).host })}</p>
        <a class="button primary" href={to} rel="noreferrer">
          {words.goOn}
        </a>
      </div>
    </DeskLayout>
  );
}

interface ProgramsProps {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly call: DeskCall;
  readonly grants: readonly ListedGrant[];
}

/** A wrapper, because texts are available only during rendering. */
export const ProgramsPage = (props: ProgramsProps) => <Programs {...props} />;

function Programs({ deps, call, grants }: ProgramsProps) {
  const words = useMessages().desk.consent;
  const { modes } = useMessages().desk.frame;
  const notice = call.query.get('done') === 'ended' ? words.ended : null;
  const { visitor } = call;
  return (
    <DeskLayout {...{ deps, visitor, notice }} title={words.programs} at={PROGRAMS_AT}>
      <PageHead title={words.programs} lead={words.programsLead} />
      {grants.length === 0 ? (
        <Empty>{words.none}</Empty>
      ) : (
        <Table
          label={words.programs}
          head={[words.name, words.where, words.may, words.since, '']}
          stacks
        >
          {grants.map(({ id, client, merchant, mode, scopes, createdAtMs }) => (
            <tr key={id}>
              <td class="wrap">{client}</td>
              <td class="wrap">
                {merchant} · {modes[mode]}
              </td>
              <td>
                {scopes.some((s) => s.endsWith(':write')) ? words.alsoWrites : words.onlyReads}
              </td>
              <td>
                <Instant at={new Date(createdAtMs).toISOString()} />
              </td>
              <td>
                <Removal
                  {...{ to: PROGRAMS_AT, fields: { id } }}
                  label={words.end}
                  sure={words.sure({ name: client })}
                />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </DeskLayout>
  );
}
