import './app.css';
import { render } from 'preact';
import { NewerStorageError, openDriver } from '../driver/index.ts';
import { Root } from './app.tsx';
import type { Boot, Preferences } from './app-context.ts';
import { readConfig } from './phone/config.ts';
import { browserPorts, openStorage } from './phone/ports.ts';
import { chooseLanguage, type Say, sayer, type Texts } from './plan/times.ts';

const PREFERENCES = 'app/preferences';
const WORKER_URL = '/driver/_/service-worker.js';

async function start(root: HTMLElement): Promise<void> {
  const config = readConfig();
  const loadTexts = async (language: string): Promise<Texts> => {
    const answer = await fetch(config.languages[language]?.url ?? '');
    return (await answer.json()) as Texts;
  };
  const available = Object.keys(config.languages);
  const guessed = chooseLanguage(navigator.languages, available);
  let say: Say = sayer(await loadTexts(guessed));
  try {
    const storage = await openStorage();
    const read = async () => ((await storage.get(PREFERENCES)) ?? {}) as Partial<Preferences>;
    const chosen = await read();
    const language = chooseLanguage([chosen.language ?? guessed], available);
    const texts = await loadTexts(language);
    say = sayer(texts);
    const driver = openDriver(browserPorts(storage), {
      language: () => document.documentElement.lang,
    });
    const enrolled = (await driver.enrolments()).map(({ courier }) => courier.id);
    const courierId = enrolled.find((id) => id === chosen.courierId) ?? enrolled[0] ?? null;
    const boot: Boot = {
      config,
      storage,
      driver,
      language,
      texts,
      courierId,
      workerUrl: WORKER_URL,
      loadTexts,
      remember: async (change) => storage.write([[PREFERENCES, { ...(await read()), ...change }]]),
    };
    root.textContent = '';
    render(<Root boot={boot} />, root);
  } catch (error) {
    const isNewer = error instanceof NewerStorageError;
    render(<Failed say={say} text={isNewer ? 'app.newer' : 'enrol.unsupported'} />, root);
  }
}

function Failed({ say, text }: { readonly say: Say; readonly text: string }) {
  return (
    <main class="alone">
      <h1>{say('app.broken')}</h1>
      <p>{say(text)}</p>
      <button class="main" type="button" onClick={() => location.reload()}>
        {say('app.reload')}
      </button>
    </main>
  );
}

const root = document.getElementById('app');
if (root !== null) void start(root);
