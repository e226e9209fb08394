import type { PageTexts } from '../texts.ts';
import type { Day, ShownEvent } from '../view/history.ts';

interface TimelineProps {
  readonly days: readonly Day[];
  readonly texts: PageTexts;
}

/** All events, newest first, in the local time of their place. */
export function Timeline({ days, texts }: TimelineProps) {
  return (
    <section class="history" aria-labelledby="history">
      <h2 id="history">{texts.history.title}</h2>
      {days.length === 0 ? (
        <p class="empty">{texts.history.empty}</p>
      ) : (
        <>
          <ol class="days">
            {days.map((day) => (
              <li key={day.place}>
                <h3>
                  {day.date === null ? day.label : <time dateTime={day.date}>{day.label}</time>}
                </h3>
                <ol class="events">
                  {day.events.map((event) => (
                    <Entry key={event.place} event={event} />
                  ))}
                </ol>
              </li>
            ))}
          </ol>
          <p class="times">{texts.footer.times}</p>
        </>
      )}
    </section>
  );
}

function Entry({ event }: { readonly event: ShownEvent }) {
  return (
    <li>
      <p class="clock">
        {event.datetime === null ? (
          <span class="no-time">{event.time}</span>
        ) : (
          <time dateTime={event.datetime}>{event.time}</time>
        )}{' '}
        {event.zone && (
          <span class="zone" title={event.zoneName ?? undefined}>
            {event.zone}
          </span>
        )}
      </p>
      <p class="what">
        {event.description}
        {event.location && <span class="where">{event.location}</span>}
      </p>
    </li>
  );
}
