import type { ServerResponse } from 'node:http';
import { STATUS_OF } from '../../../kernel/errors.ts';
import { type ConsoleAssets, loadConsoleAssets } from '../../console/kit/assets.ts';
import { SpokenIn } from '../../console/kit/language.ts';
import { DeskLayout } from '../../console/kit/layout.tsx';
import { send } from '../../console/kit/page-answer.ts';
import {
  languageFor,
  localeFor,
  messagesFor,
  spokenIn,
  timeZoneFor,
} from '../../console/kit/spoken.tsx';
import { loadMapAssets } from '../../maps/map-assets.ts';

/** Why a person comes back from a shop's page without a connection. */
export type RefusedReturn = 'denied' | 'unexpected';

/**
 * Returns what answers such a person with a page. It repeats nothing of the URL, not even in its
 * links, because anybody may have written that. A process without the console loads the page's
 * assets when they are first needed.
 */
export function refusedReturnPage(): (response: ServerResponse, why: RefusedReturn) => void {
  let loaded: ConsoleAssets | null = null;
  return (response, why) => {
    loaded ??= loadConsoleAssets(loadMapAssets(null));
    const deps = { assets: loaded };
    const { headers } = response.req;
    const request = { headers };
    const language = languageFor(request);
    const spoken = { language, locale: localeFor(request), timeZone: timeZoneFor(request) };
    const words = messagesFor({ request }).desk.shops.notConnected;
    const page = (
      <SpokenIn value={spokenIn(spoken)}>
        <DeskLayout deps={deps} title={words.title} visitor={null}>
          <div class="narrow card">
            <h1>{words.title}</h1>
            <p>{words[why]}</p>
            <p>{words.next}</p>
            <p>
              <a class="button primary" href="/console/shops">
                {words.again}
              </a>
            </p>
          </div>
        </DeskLayout>
      </SpokenIn>
    );
    send(deps, response, STATUS_OF.signature_refused, page, language);
  };
}
