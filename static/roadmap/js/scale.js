// Days and pixels. A day is a whole number of days since 1970-01-01, so that no time zone can shift it.
const DAY = 86400000;
const PIXELS_PER_DAY = { month: 13, quarter: 4 };

export const dayOf = (iso) => Date.parse(`${iso}T00:00:00Z`) / DAY;
export const isoOf = (day) => new Date(day * DAY).toISOString().slice(0, 10);

const formats = new Map();

export function words(day, options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }));
  return formats.get(key).format(new Date(day * DAY));
}

export const shortDay = (day) => words(day, { day: "numeric", month: "short" });
export const longDay = (day) => words(day, { day: "numeric", month: "long", year: "numeric" });
export const days = (count) => (count === 1 ? "1 day" : `${count} days`);

function monthStart(day, offset = 0) {
  const date = new Date(day * DAY);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1) / DAY;
}

const monthOf = (day) => new Date(day * DAY).getUTCMonth();
const weekdayOf = (day) => new Date(day * DAY).getUTCDay();

// The stretch of days drawn: what is planned and today, with room at both ends to drag into.
export function scaleFor(days, zoom) {
  const first = monthStart(Math.min(...days), zoom === "quarter" ? -1 : 0);
  const last = monthStart(Math.max(...days), zoom === "quarter" ? 4 : 2);
  const pixels = PIXELS_PER_DAY[zoom];
  const x = (day) => (day - first) * pixels;
  return { first, last, pixels, zoom, width: x(last), x };
}

function months(scale) {
  const found = [];
  for (let day = scale.first; day < scale.last; day = monthStart(day, 1)) found.push(day);
  return found;
}

// Ticks of the two rows of the header: {from, to, text}, the major ones above.
export function ticks(scale) {
  const all = months(scale);
  const upTo = (list, index) => list[index + 1] ?? scale.last;
  if (scale.zoom === "month") {
    const mondays = [];
    for (let day = scale.first; day < scale.last; day += 1) if (weekdayOf(day) === 1) mondays.push(day);
    return {
      major: all.map((from, i) => ({ from, to: upTo(all, i), text: words(from, { month: "long", year: "numeric" }) })),
      minor: mondays.map((from) => ({ from, to: from + 7, text: words(from, { day: "numeric" }) })),
    };
  }
  const quarters = all.filter((day, index) => index === 0 || monthOf(day) % 3 === 0);
  return {
    major: quarters.map((from, i) => ({
      from, to: upTo(quarters, i), text: `Q${Math.floor(monthOf(from) / 3) + 1} ${words(from, { year: "numeric" })}`,
    })),
    minor: all.map((from, i) => ({ from, to: upTo(all, i), text: words(from, { month: "short" }) })),
  };
}

export function weekends(scale) {
  const found = [];
  for (let day = scale.first; day < scale.last; day += 1) if (weekdayOf(day) === 6) found.push(day);
  return found;
}
