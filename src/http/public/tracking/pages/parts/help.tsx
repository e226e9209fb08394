import type { PageContext } from '../page-context.ts';
import type { TrackView } from '../view/track-view.ts';

interface HelpProps {
  readonly context: PageContext;
  readonly view: TrackView;
  readonly path: string;
  /** The page offers subscriptions. */
  readonly canSubscribe: boolean;
  /** The reader has a personal link, and its panel is shown elsewhere on the page. */
  readonly isPersonal: boolean;
}

/** What anyone can do about the parcel: advice, contact, subscription. Null: nothing. */
export function Help({ context, view, path, canSubscribe, isPersonal }: HelpProps) {
  const { help } = context.language.page;
  const subscribe = canSubscribe && view.open;
  const hints = view.mayChange && !isPersonal && context.style !== null;
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

function hasContact({ style }: PageContext): boolean {
  return style !== null && (style.supportEmail !== null || style.supportUrl !== null);
}

function Contact({ context }: { readonly context: PageContext }) {
  const { style, language } = context;
  if (style === null || !hasContact(context)) return null;
  const { help } = language.page;
  return (
    <div class="contact">
      <p>{help.questions({ shop: style.name })}</p>
      <p class="ways">
        {style.supportUrl !== null && (
          <a href={style.supportUrl} rel="noreferrer">
            {help.page}
          </a>
        )}
        {style.supportEmail !== null && (
          <a href={`mailto:${encodeURIComponent(style.supportEmail).replace('%40', '@')}`}>
            {help.write}
          </a>
        )}
      </p>
    </div>
  );
}
