import { useState } from 'preact/hooks';
import { readHubAddress } from '../../driver/index.ts';
import { useApp } from '../app-context.ts';
import { Notice } from './pieces.tsx';

/** Exchanges the dispatcher's code for this phone's key. */
export function EnrolScreen({ code: given }: { readonly code: string }) {
  const { say } = useApp();
  const isSafe = readHubAddress(location.origin).ok;
  return (
    <>
      <h1 tabIndex={-1}>{say('enrol.title')}</h1>
      {isSafe ? (
        <EnrolForm given={given} />
      ) : (
        <Notice kind="bad">
          <h2>{say('enrol.not_encrypted_title')}</h2>
          <p>{say('enrol.not_encrypted')}</p>
        </Notice>
      )}
    </>
  );
}

function EnrolForm({ given }: { readonly given: string }) {
  const { say, driver, go, announce, chooseCourier } = useApp();
  const [code, setCode] = useState(given);
  const [device, setDevice] = useState(deviceName());
  const [isWorking, setWorking] = useState(false);
  const [problem, setProblem] = useState<readonly string[]>([]);

  async function enrol(): Promise<void> {
    setWorking(true);
    setProblem([]);
    const answer = await driver.enrol({
      hub: location.origin,
      code,
      device: { name: device.trim() || deviceName(), platform: platformName() },
    });
    setWorking(false);
    if (answer.outcome !== 'enrolled') {
      const words = answer.outcome === 'refused' ? [answer.refusal.reason, answer.refusal.fix] : [];
      const first = answer.outcome === 'refused' ? 'enrol.refused' : 'enrol.no_answer';
      setProblem([say(first), ...words.filter((each) => each !== '')]);
      return;
    }
    // Requested now that there is data to lose; the settings show whether it was granted.
    void navigator.storage?.persist?.().catch(() => {});
    if (answer.tookOver) announce(say('enrol.took_over'));
    await chooseCourier(answer.courier.id);
    go({ name: 'stops' });
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void enrol();
      }}
    >
      <p class="lead">{say('enrol.lead')}</p>
      <label>
        {say('enrol.code')}
        <input
          class="code"
          value={code}
          onInput={({ currentTarget }) => setCode(currentTarget.value)}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          maxLength={32}
          required
        />
      </label>
      <label>
        {say('enrol.device')}
        <input
          value={device}
          onInput={({ currentTarget }) => setDevice(currentTarget.value)}
          maxLength={100}
        />
      </label>
      <div role="alert">
        {problem.length > 0 && (
          <Notice kind="bad">
            {problem.map((line) => (
              <p key={line}>{line}</p>
            ))}
          </Notice>
        )}
      </div>
      <button class="main" type="submit" disabled={isWorking || code.trim() === ''}>
        {say(isWorking ? 'enrol.working' : 'enrol.submit')}
      </button>
    </form>
  );
}

/** The phone's model, as far as the browser reveals it, for the dispatcher's list of phones. */
function deviceName(): string {
  const { userAgent } = navigator;
  const android = /Android [^;]*; ([^;)]+)/.exec(userAgent)?.[1];
  if (android !== undefined && android !== 'K') return android.trim();
  return /iPhone|iPad|Android|Windows|Macintosh|Linux/.exec(userAgent)?.[0] ?? 'Phone';
}

const platformName = (): string => navigator.userAgent.slice(0, 100);
