// Days and pixels. A day is a whole number of days since 1970-01-01, so that no time zone can shift it.
const DAY = 86400000;
const PIXELS_PER_DAY = { week: 34, month: 13, quarter: 4 };
// No browser lays out more pixels than this; dates further from today than fits are shown at the border.
const WIDEST = 6_000_000;

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
// From the first to the last day, briefly: the year stands once, and twice where it is not the same.
export function daySpan(start, end) {
  const dated = (day) => words(day, { day: "numeric", month: "short", year: "numeric" });
  if (start === end) return dated(end);
  return `${yearOf(start) === yearOf(end) ? shortDay(start) : dated(start)} – ${dated(end)}`;
}

export const days = (count) => (count === 1 ? "1 day" : `${count} days`);

function monthStart(day, offset = 0) {
  const date = new Date(day * DAY);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1) / DAY;
}

const monthOf = (day) => new Date(day * DAY).getUTCMonth();
const yearOf = (day) => new Date(day * DAY).getUTCFullYear();
const isQuarterStart = (day) => monthOf(day) % 3 === 0;
// Monday of the day's week; 1970-01-01 was a Thursday.
const mondayOf = (day) => day - ((((day + 3) % 7) + 7) % 7);

// How precisely dates are meant, and what that reads like.
const PERIODS = {
  month: (day) => words(day, { month: "short", year: "numeric" }),
  quarter: (day) => `Q${Math.floor(monthOf(day) / 3) + 1} ${yearOf(day)}`,
  half: (day) => `H${monthOf(day) < 6 ? 1 : 2} ${yearOf(day)}`,
};

export function spanWords(start, end, precision) {
  const period = PERIODS[precision];
  if (!period) return `${longDay(start)} to ${longDay(end)}`;
  const [from, to] = [period(start), period(end)];
  return from === to ? from : `${from} to ${to}`;
}

// The stretch of days drawn: what is planned and today, with room at both ends to drag into.
export function scaleFor(earliest, latest, today, zoom) {
  const pixels = PIXELS_PER_DAY[zoom];
  const reach = Math.floor(WIDEST / pixels / 2);
  const room = zoom === "quarter" ? [-1, 4] : [-1, 2];
  const first = mondayOf(monthStart(Math.max(earliest, today - reach), room[0]));
  const last = monthStart(Math.min(latest, today + reach), room[1]);
  const x = (day) => (day - first) * pixels;
  return { first, last, pixels, zoom, width: x(last), x, day: (left) => first + left / pixels };
}

function steps(from, last, next) {
  const found = [];
  for (let day = from; day < last; day = next(day)) found.push({ from: day, to: Math.min(next(day), last) });
  return found;
}

const months = (from, last) => steps(monthStart(from), last, (day) => monthStart(day, 1));
const weeks = (from, last) => steps(mondayOf(from), last, (day) => day + 7);

// Ticks between two days, of the header's two rows: {from, to, text}, the major ones above.
export function ticks(scale, from, to) {
  const [first, last] = [Math.max(from, scale.first), Math.min(to, scale.last)];
  if (scale.zoom === "quarter") {
    const quarters = steps(monthStart(first, -(monthOf(first) % 3)), last, (day) => monthStart(day, 3));
    return {
      major: quarters.map((tick) => ({ ...tick, text: `Q${Math.floor(monthOf(tick.from) / 3) + 1} ${yearOf(tick.from)}` })),
      minor: months(first, last).map((tick) => ({ ...tick, text: words(tick.from, { month: "short" }), isMajor: isQuarterStart(tick.from) })),
    };
  }
  const major = months(first, last).map((tick) => ({ ...tick, text: words(tick.from, { month: "long", year: "numeric" }) }));
  if (scale.zoom === "month") {
    return { major, minor: weeks(first, last).map((tick) => ({ ...tick, text: words(tick.from, { day: "numeric" }) })) };
  }
  const single = steps(first, last, (day) => day + 1);
  return { major, minor: single.map((tick) => ({ ...tick, text: words(tick.from, { day: "numeric" }), isMajor: mondayOf(tick.from) === tick.from })) };
}

export function weekends(scale, from, to) {
  if (scale.zoom === "quarter") return [];
  return weeks(Math.max(from, scale.first), Math.min(to, scale.last)).map((week) => week.from + 5);
}
