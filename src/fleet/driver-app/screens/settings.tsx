import { useEffect, useState } from 'preact/hooks';
import type { Enrolment } from '../../driver/index.ts';
import { useApp, useWork } from '../app-context.ts';
import {
  dropSubscription,
  type PushChoice,
  pushChoice,
  switchPushOff,
  switchPushOn,
} from '../phone/push.ts';
import { Notice } from './pieces.tsx';

/** The screen with the courier, the app's settings and its version. */
export function SettingsScreen() {
  const { say, language, config, chooseLanguage } = useApp();
  const { snapshot } = useWork();
  const isPersistent = usePersistence();
  const { courier, hub } = snapshot.enrolment;
  return (
    <>
      <h1 tabIndex={-1}>{say('settings.title')}</h1>
      <div class="card">
        <p class="muted">{say('settings.courier')}</p>
        <p class="name">{courier.name}</p>
        <p class="muted">{hub}</p>
      </div>
      <label>
        {say('settings.language')}
        <select
          value={language}
          onChange={({ currentTarget }) => void chooseLanguage(currentTarget.value)}
        >
          {Object.entries(config.languages).map(([code, { name }]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {isPersistent !== null && (
        <Notice kind={isPersistent ? 'good' : 'plain'}>
          {say(isPersistent ? 'settings.storage_ok' : 'settings.storage_weak')}
        </Notice>
      )}
      <PushSetting />
      <Couriers current={courier.id} />
      <a class="button" href="#enrol">
        {say('settings.other_code')}
      </a>
      <p class="muted">{say('settings.version', { version: config.version })}</p>
    </>
  );
}

/** The setting that switches offers by push on and off. */
function PushSetting() {
  const { say } = useApp();
  const { session } = useWork();
  const [choice, setChoice] = useState<PushChoice | null>(null);
  const [isAsking, setAsking] = useState(false);
  useEffect(() => void pushChoice().then(setChoice, () => setChoice('unsupported')), []);
  async function change(): Promise<void> {
    setAsking(true);
    if (choice === 'on') await switchPushOff(session).catch(() => {});
    const pushState = choice === 'on' ? pushChoice() : switchPushOn(session);
    setChoice(await pushState.catch(() => 'no_service' as const));
    setAsking(false);
  }
  if (choice === null) return null;
  return (
    <section>
      <h2>{say('push.title')}</h2>
      <p class="muted" role="status">
        {say(`push.is_${choice}`)}
      </p>
      {choice !== 'unsupported' && choice !== 'denied' && (
        <button type="button" disabled={isAsking} onClick={() => void change()}>
          {say(choice === 'on' ? 'push.switch_off' : 'push.switch_on')}
        </button>
      )}
    </section>
  );
}

/** Whether the browser promised to keep the stored data; null: not known yet. */
function usePersistence(): boolean | null {
  const [isPersistent, setPersistent] = useState<boolean | null>(null);
  useEffect(() => {
    void navigator.storage?.persisted?.().then(setPersistent, () => setPersistent(null));
  }, []);
  return isPersistent;
}

function Couriers({ current }: { readonly current: string }) {
  const { say, driver, announce, chooseCourier } = useApp();
  const [enrolments, setEnrolments] = useState<readonly Enrolment[]>([]);
  useEffect(() => {
    void driver.enrolments().then(setEnrolments);
  }, [driver, current]);

  async function forget(courierId: string): Promise<void> {
    if (!(await driver.forget(courierId))) {
      announce(say('settings.forget_busy'));
      return;
    }
    const left = await driver.enrolments();
    if (left.length === 0) await dropSubscription().catch(() => {});
    setEnrolments(left);
    if (courierId === current) await chooseCourier(left[0]?.courier.id ?? null);
  }

  return (
    <section>
      <h2>{say('settings.couriers')}</h2>
      <ul class="items">
        {enrolments.map(({ courier, hub }) => (
          <li key={courier.id}>
            <span class="item">
              <strong>{courier.name}</strong>
              <span class="muted">{hub}</span>
            </span>
            <div class="row">
              {courier.id !== current && (
                <button type="button" onClick={() => void chooseCourier(courier.id)}>
                  {say('settings.use')}
                </button>
              )}
              <button class="quiet" type="button" onClick={() => void forget(courier.id)}>
                {say('settings.forget', { name: courier.name })}
              </button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
