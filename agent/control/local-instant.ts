/** What clocks on the wall show where Loa is used; screens name a time zone only where it is another. */
export const USUAL_TIME_ZONE = 'Asia/Ho_Chi_Minh';

/** An instant as people there read it, like 2026-11-20 05:00:00. */
export const localInstant = (instant: string, timeZone = USUAL_TIME_ZONE): string =>
  // Swedes write it like that.
  new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone }).format(new Date(instant));
