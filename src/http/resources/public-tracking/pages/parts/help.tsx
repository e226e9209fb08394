import type { PageContext } from '../page-context.ts';
import { fill } from '../texts.ts';
import type { TrackView } from '../view/track-view.ts';

interface HelpProps {
  readonly context: PageContext;
  readonly view: TrackView;
  readonly path: string;
  /** Messages can be ordered here. */
  readonly canSubscribe: boolean;
  /** The reader has a personal link, and sees elsewhere what it opens. */
  readonly isPersonal: boolean;
}

/** What anyone can do about the parcel: good advice, whom to ask, messages. Null: nothing. */
export function Help({ context, view, path, canSubscribe, isPersonal }: HelpProps) {
  const { help } = context.language.page;
  const subscribe = canSubscribe && view.open;
  const hints = view.mayChange && !isPersonal && context.look !== null;
  if (view.advice === null && !subscribe && !hasContact(context)) return null;
  return (
    <section class="help card" aria-labelledby="help">
      <h2 id="help">{help.title}</h2>
      {view.advice !== null && <p class="word">{view.advice}</p>}
      {hints && <p class="hint">{help.more_by_link}</p>}
      <Contact context={context} />
      {subscribe && (
        <a class="ask" href={context.link(`${path}/subscribe`)}>
          {context.language.page.subscribe.title}
        </a>
      )}
    </section>
  );
}

function hasContact({ look }: PageContext): boolean {
  return look !== null && (look.supportEmail !== null || look.supportUrl !== null);
}

function Contact({ context }: { readonly context: PageContext }) {
  const { look, language } = context;
  if (look === null || !hasContact(context)) return null;
  const { help } = language.page;
  return (
    <div class="contact">
      <p>{fill(help.questions, { shop: look.name })}</p>
      <p class="ways">
        {look.supportUrl !== null && (
          <a href={look.supportUrl} rel="noreferrer">
            {help.page}
          </a>
        )}
        {look.supportEmail !== null && (
          <a href={`mailto:${encodeURIComponent(look.supportEmail).replace('%40', '@')}`}>
            {help.write}
          </a>
        )}
      </p>
    </div>
  );
}
