import { useMessages } from '../kit/language.ts';
import { leftOf, openOf, type StepState } from './state.ts';
import { StepMark } from './step-mark.tsx';
import { stepPath } from './steps.tsx';

/** The steps of the setup in short, on the home page; nothing when the visitor has none left. */
export function SetupChecklist({ steps }: { readonly steps: readonly StepState[] }) {
  const words = useMessages().desk.setup;
  const [next] = openOf(steps);
  if (next === undefined) return null;
  return (
    <section class="card checklist" aria-labelledby="setup">
      <h2 id="setup">{words.title}</h2>
      <p class="soft">{words.left(leftOf(steps))}</p>
      <ol>
        {steps.map(({ name, state }) => (
          <li key={name}>
            <StepMark state={state} />
            <a href={stepPath(name)}>{words.titles[name]}</a>
            <span class="unseen">{words.states[state]}</span>
          </li>
        ))}
      </ol>
      <p>
        <a class="button primary" href={stepPath(next.name)}>
          {words.next({ title: words.titles[next.name] })}
        </a>
      </p>
    </section>
  );
}
