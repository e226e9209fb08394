import { nextOf } from '../entry/let-in.ts';
import { useMessages } from '../kit/language.ts';
import { DeskLayout } from '../kit/layout.tsx';
import type { DeskDeps } from '../kit/visit.ts';
import type { UsableProvider } from './requested-provider.ts';

interface Props {
  readonly deps: Pick<DeskDeps, 'assets'>;
  readonly provider: UsableProvider;
  /** Query of the original URL. */
  readonly query: URLSearchParams;
}

/**
 * A confirmation for users who arrive from another site: nothing begins before they press the
 * button.
 */
export const AskFirstPage = (props: Props) => <Page {...props} />;

function Page({ deps, provider: { id, name, merchant }, query }: Props) {
  const words = useMessages().desk.signIn;
  return (
    <DeskLayout deps={deps} title={words.signIn} visitor={null}>
      <div class="narrow card">
        <h1>{merchant}</h1>
        <p class="lead">{words.askFirst({ merchant })}</p>
        <p>
          <a href={`/console/sign-in/with/${id}?${repeated(query)}`}>{words.withName({ name })}</a>
        </p>
        <p class="soft">
          <a href="/console">{words.notNow}</a>
        </p>
      </div>
    </DeskLayout>
  );
}

/** The known parameters of the URL, and nothing else. */
function repeated(query: URLSearchParams): URLSearchParams {
  const more = new URLSearchParams({ next: nextOf(query.get('next')) });
  for (const name of ['join', 'connect']) {
    const value = query.get(name);
    if (value !== null) more.set(name, value);
  }
  return more;
}
