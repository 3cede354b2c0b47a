/** Dates and numbers in the app's language. Inputs are FHIR dates and instants; what cannot be read is shown as it is. */

const parse = (value: string): Date | undefined => {
  // A FHIR date has no zone: read it as a local day, or it would show as the day before, west of Greenwich.
  const local = /^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00` : value;
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? undefined : date;
};

/** `Mar 12, 1984` */
export function formatDate(value: string, language: string): string {
  const date = parse(value);
  return date === undefined ? value : new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(date);
}

/** `Nov 22, 2026, 9:54 PM` */
export function formatDateTime(value: string | number, language: string): string {
  const date = parse(typeof value === 'number' ? new Date(value).toISOString() : value);
  return date === undefined
    ? String(value)
    : new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

/** `9:54 PM` of the day of `now`, else with the date. */
export function formatMoment(value: string | number, now: number, language: string): string {
  const instant = typeof value === 'number' ? new Date(value).toISOString() : value;
  const isToday = parse(instant)?.toDateString() === new Date(now).toDateString();
  return isToday ? formatTime(instant, language) : formatDateTime(instant, language);
}

/** `9:54 PM` */
export function formatTime(value: string, language: string): string {
  const date = parse(value);
  return date === undefined ? value : new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(date);
}

/** Whole years at `now`; undefined where the birth date has no day to count from, or lies ahead. */
export function ageInYears(birthDate: string, now: number): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(birthDate);
  if (match === null) return undefined;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  const today = new Date(now);
  const hadBirthday =
    today.getMonth() + 1 > month || (today.getMonth() + 1 === month && today.getDate() >= day);
  const age = today.getFullYear() - year - (hadBirthday ? 0 : 1);
  return age < 0 ? undefined : age;
}

/** Groups what is typed of an activation code as `XXXX-XXXX-XXXX-XXXX-C`, leaving every character as typed. */
export function groupActivationCode(typed: string): string {
  const characters = typed.replaceAll(/[\s-]/g, '').toUpperCase().slice(0, 17);
  return characters.match(/.{1,4}/g)?.join('-') ?? '';
}

/** Puts the hyphens of an ISO date in while digits are typed. */
export function groupIsoDate(typed: string): string {
  const digits = typed.replaceAll(/\D/g, '').slice(0, 8);
  return [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)].filter((part) => part !== '').join('-');
}
